import { applyConfig } from './apply/apply.js';
import { fieldsOf } from './apply/field-paths.js';
import { entriesAfterUpdate, writeEntries, type Author, type ManagedEntry } from './apply/managed-fields.js';
import { at, textAt, type ApiObject, type Json } from './object.js';
import { jsonPatch } from './patch/json-patch.js';
import { mergePatch } from './patch/merge-patch.js';
import { strategicPatch } from './patch/strategic-patch.js';
import { isCustom } from './resources/registry.js';
import { storageKey, toServed, toStored, type ApiResource } from './resources/resource.js';
import { schemaOf } from './schema/resource-schema.js';
import { ApiError, invalid, notFound, qualified } from './status.js';
import { conflictMessage, type Store } from './storage/store.js';
import { withDefaults } from './validation/defaults.js';
import { validateKind } from './validation/kinds.js';
import { newMetadata, timestamp, validateMetadata } from './validation/metadata.js';
import { decodeBody, decodeConfig, type DecodeOptions } from './write/decode-body.js';
import { checkDeletable, checkPreconditions, deletionOf, isReleased, type DeleteOptions } from './write/deletion.js';
import { isSame, mergeUpdate, specChanged } from './write/merge-update.js';

/** Which object or collection a request is about. */
export interface Target {
  readonly resource: ApiResource;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

export type PatchType = 'merge' | 'json' | 'strategic' | 'apply';

export interface WriteContext extends DecodeOptions {
  readonly dryRun: boolean;
  readonly user: string;
  readonly groups: readonly string[];
  readonly fieldManager: string;
  /** Server-side apply takes fields from other managers. */
  readonly force?: boolean;
}

export interface AdmissionRequest {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly target: Target;
  readonly object: ApiObject | undefined;
  readonly old: ApiObject | undefined;
  readonly context: WriteContext;
}

/** Who has a say in a change beyond the API's own rules. Both throw to refuse. */
export interface Admission {
  /** Gives the object as it shall be. */
  mutate(request: AdmissionRequest & { readonly object: ApiObject }): Promise<ApiObject>;
  validate(request: AdmissionRequest): Promise<void>;
}

/** Values that the server hands out, of which no two objects may have the same: addresses and ports of Services. */
export interface Allocator {
  /** The object with its allocations. Throws `Invalid` where what it asks for is not free. */
  allocate(resource: ApiResource, object: ApiObject, existing: ApiObject | undefined): ApiObject;
}

export interface OperationsModules {
  readonly store: Store;
  readonly admission: Admission;
  readonly allocator: Allocator;
}

const patchAttempts = 5;

/** What the API does to objects, apart from how requests and answers look. */
export class Operations {
  readonly #store: Store;
  readonly #admission: Admission;
  readonly #allocator: Allocator;

  constructor(modules: OperationsModules) {
    this.#store = modules.store;
    this.#admission = modules.admission;
    this.#allocator = modules.allocator;
  }

  get({ resource, namespace, name = '' }: Target): ApiObject {
    const object = this.#find(resource, namespace, name);
    if (!object) throw notFound(resource, name);
    return toServed(resource, object);
  }

  list({ resource, namespace }: Target): ApiObject[] {
    return this.#store.list(storageKey(resource), namespace).map((object) => toServed(resource, object));
  }

  async create(target: Target, body: unknown, context: WriteContext): Promise<ApiObject> {
    const given = decodeBody(target.resource, body, context);
    const author: Author = { manager: context.fieldManager, operation: 'Update', subresource: undefined };
    return this.#create(target, given, context, (object) =>
      entriesAfterUpdate(undefined, object, schemaOf(target.resource), author),
    );
  }

  async #create(
    target: Target,
    given: ApiObject,
    context: WriteContext,
    entriesOf: (object: ApiObject) => readonly ManagedEntry[],
  ): Promise<ApiObject> {
    const { resource } = target;
    const namespace = resource.namespaced ? target.namespace : undefined;
    if (resource.namespaced) this.#requireNamespace(namespace ?? '');
    if (given.metadata.resourceVersion) {
      throw new ApiError('BadRequest', 'resourceVersion should not be set on objects to be created');
    }
    let object: ApiObject = { ...given, metadata: newMetadata(resource, given, namespace) };
    // A kubelet says in one go what its Node is like; everybody else's status comes later.
    if (resource.status && resource.kind !== 'Node') object = withoutStatus(object);
    object = this.#defaulted(resource, object);
    const named = { ...target, name: object.metadata.name };
    const request = { operation: 'CREATE', target: named, old: undefined, context } as const;
    object = this.#defaulted(resource, await this.#admission.mutate({ ...request, object }));
    object = withManaged(object, entriesOf(object));
    this.#check(resource, object);
    await this.#admission.validate({ ...request, object });
    object = this.#allocator.allocate(resource, object, undefined);
    const { name } = object.metadata;
    if (this.#find(resource, namespace, name)) {
      throw new ApiError('AlreadyExists', `${qualified(resource)} "${name}" already exists`, {
        name,
        ...(resource.group ? { group: resource.group } : {}),
        kind: resource.plural,
      });
    }
    if (resource.namespaced) this.#requireNamespace(namespace ?? '');
    if (context.dryRun) return object;
    return toServed(resource, this.#store.add(storageKey(resource), toStored(resource, object)));
  }

  async update(target: Target, body: unknown, context: WriteContext): Promise<ApiObject> {
    const { resource } = target;
    const given = decodeBody(resource, body, context);
    const existing = this.#required(target);
    if (isCustom(resource) && !given.metadata.resourceVersion) {
      const field = 'metadata.resourceVersion';
      const message = 'Invalid value: 0x0: must be specified for an update';
      throw invalid(resource, target.name ?? '', [{ reason: 'FieldValueInvalid', field, message }]);
    }
    return this.#replace(target, existing, given, context);
  }

  /** `created` tells an apply that made the object from one that changed it. */
  async patch(
    target: Target,
    type: PatchType,
    patch: Json,
    context: WriteContext,
  ): Promise<{ readonly object: ApiObject; readonly created: boolean }> {
    for (let attempt = 1; ; attempt++) {
      const existing = this.#find(target.resource, target.namespace, target.name ?? '');
      try {
        if (type === 'apply') return await this.#apply(target, existing, patch, context);
        if (!existing) throw notFound(target.resource, target.name ?? '');
        const patched = patchedBy(type, target.resource, toServed(target.resource, existing) as unknown as Json, patch);
        const given = decodeBody(target.resource, patched, context);
        return { object: await this.#replace(target, existing, given, context), created: false };
      } catch (error) {
        // Somebody else wrote while admission was asked: the patch is meant for what is there now.
        const moved = this.#find(target.resource, target.namespace, target.name ?? '') !== existing;
        const isRace = error instanceof ApiError && (error.reason === 'Conflict' || error.reason === 'AlreadyExists');
        if (!isRace || !moved || attempt === patchAttempts || at(patch, 'metadata', 'resourceVersion')) throw error;
      }
    }
  }

  async #apply(
    target: Target,
    existing: ApiObject | undefined,
    patch: Json,
    context: WriteContext,
  ): Promise<{ object: ApiObject; created: boolean }> {
    const { resource, name = '', subresource } = target;
    const config = decodeConfig(resource, patch, context);
    const node = schemaOf(resource);
    const author: Author = { manager: context.fieldManager, operation: 'Apply', subresource };
    const apiVersion = textAt(config, 'apiVersion');
    if (existing) {
      const live = toServed(resource, existing);
      const applied = applyConfig(live, config, node, author, { force: context.force ?? false, apiVersion });
      const given = applied.object as unknown as ApiObject;
      const object = await this.#replace(target, existing, given, context, applied.entries);
      return { object, created: false };
    }
    if (subresource) throw notFound(resource, name);
    const given = config as unknown as ApiObject;
    const entry = { ...author, apiVersion, time: timestamp(), fields: new Set(fieldsOf(config, node).keys()) };
    const withName = { ...given, metadata: { ...given.metadata, name } };
    return { object: await this.#create(target, withName, context, () => [entry]), created: true };
  }

  async #replace(
    target: Target,
    existing: ApiObject,
    given: ApiObject,
    context: WriteContext,
    entries?: readonly ManagedEntry[],
  ): Promise<ApiObject> {
    const { resource, subresource } = target;
    requireSameObject(target, existing, given);
    const live = toServed(resource, existing);
    let object = this.#defaulted(resource, mergeUpdate(resource, subresource, live, given));
    const request = { operation: 'UPDATE', target, old: live, context } as const;
    object = this.#defaulted(resource, await this.#admission.mutate({ ...request, object }));
    const author: Author = { manager: context.fieldManager, operation: 'Update', subresource };
    object = withManaged(object, entries ?? entriesAfterUpdate(live, object, schemaOf(resource), author));
    if (resource.generation && subresource === undefined && specChanged(live, object)) {
      object = { ...object, metadata: { ...object.metadata, generation: (live.metadata.generation ?? 0) + 1 } };
    }
    this.#check(resource, object, live);
    await this.#admission.validate({ ...request, object });
    object = this.#allocator.allocate(resource, object, live);
    if (isSame(object, live) && managersOf(object) === managersOf(live)) return live;
    if (context.dryRun) return object;
    const key = storageKey(resource);
    const stored = toStored(resource, object);
    if (isReleased(resource, object)) return toServed(resource, this.#store.remove(key, stored));
    return toServed(resource, this.#store.replace(key, stored, existing));
  }

  /** Deletes an object, or marks it where something holds it still; `gone` tells which. */
  async delete(
    target: Target,
    options: DeleteOptions,
    context: WriteContext,
  ): Promise<{ readonly object: ApiObject; readonly gone: boolean }> {
    const { resource } = target;
    const found = this.#required(target);
    checkDeletable(resource, found);
    checkPreconditions(resource, found, options);
    await this.#admission.validate({
      operation: 'DELETE',
      target,
      object: undefined,
      old: toServed(resource, found),
      context,
    });
    // Admission may have taken a while: what counts is what is there now.
    const existing = this.#required(target);
    if (existing.metadata.uid !== found.metadata.uid) throw notFound(resource, target.name ?? '');
    const marked = deletionOf(resource, existing, options);
    const gone = marked === undefined;
    if (context.dryRun) return { object: toServed(resource, marked ?? existing), gone };
    const key = storageKey(resource);
    if (gone) return { object: toServed(resource, this.#store.remove(key, existing)), gone };
    if (marked === existing) return { object: toServed(resource, existing), gone };
    return { object: toServed(resource, this.#store.replace(key, marked, existing)), gone };
  }

  #defaulted(resource: ApiResource, object: ApiObject): ApiObject {
    return isCustom(resource) ? resource.withDefaults(object) : withDefaults(resource, object);
  }

  #check(resource: ApiResource, object: ApiObject, existing?: ApiObject): void {
    validateMetadata(resource, object);
    if (isCustom(resource)) {
      const causes = resource.problems(object);
      if (causes.length > 0) throw invalid(resource, object.metadata.name, causes);
    } else validateKind(resource, object, existing);
  }

  #required({ resource, namespace, name = '' }: Target): ApiObject {
    const object = this.#find(resource, namespace, name);
    if (!object) throw notFound(resource, name);
    return object;
  }

  #find(resource: ApiResource, namespace: string | undefined, name: string): ApiObject | undefined {
    return this.#store.get(storageKey(resource), resource.namespaced ? `${namespace ?? ''}/${name}` : name);
  }

  #requireNamespace(name: string): void {
    const namespace = this.#store.get('namespaces', name);
    if (!namespace) throw notFound({ plural: 'namespaces', group: '' }, name);
    if (namespace.metadata.deletionTimestamp !== undefined) {
      throw new ApiError(
        'Forbidden',
        `unable to create new content in namespace ${name} because it is being terminated`,
        {
          causes: [
            {
              reason: 'NamespaceTerminating',
              message: `namespace ${name} is being terminated`,
              field: 'metadata.namespace',
            },
          ],
        },
      );
    }
  }
}

function patchedBy(type: 'merge' | 'json' | 'strategic', resource: ApiResource, current: Json, patch: Json): Json {
  switch (type) {
    case 'merge':
      return mergePatch(current, patch);
    case 'json':
      return jsonPatch(current, patch);
    case 'strategic':
      if (!isCustom(resource)) return strategicPatch(schemaOf(resource), current, patch);
      throw new ApiError(
        'UnsupportedMediaType',
        'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
      );
  }
}

/** An update is about the object of the URL, and about the state of it that the client knows. */
function requireSameObject({ resource, name = '' }: Target, existing: ApiObject, given: ApiObject): void {
  const { resourceVersion, uid } = given.metadata;
  if (given.metadata.name !== undefined && given.metadata.name !== name) {
    throw new ApiError(
      'BadRequest',
      `the name of the object (${given.metadata.name}) does not match the name on the URL (${name})`,
    );
  }
  if (resourceVersion && resourceVersion !== existing.metadata.resourceVersion) {
    throw new ApiError('Conflict', conflictMessage(qualified(resource), name), { name, kind: resource.plural });
  }
  if (uid && uid !== existing.metadata.uid) {
    throw new ApiError(
      'Conflict',
      `Operation cannot be fulfilled on ${qualified(resource)} "${name}": Precondition failed: UID in precondition: ${uid}, UID in object meta: ${existing.metadata.uid}`,
    );
  }
}

function withManaged(object: ApiObject, entries: readonly ManagedEntry[]): ApiObject {
  return { ...object, metadata: { ...object.metadata, managedFields: writeEntries(entries) } };
}

/** Who has which fields, apart from when. */
function managersOf(object: ApiObject): string {
  return JSON.stringify(object.metadata.managedFields, (key, value: unknown) => (key === 'time' ? undefined : value));
}

function withoutStatus(object: ApiObject): ApiObject {
  const { status: _, ...rest } = object;
  return rest;
}
