import { at, deepEqual, isJsonObject, type ApiObject, type Json } from './object.js';
import { AppliedConfigs } from './patch/apply-patch.js';
import { jsonPatch } from './patch/json-patch.js';
import { mergePatch } from './patch/merge-patch.js';
import { strategicPatch } from './patch/strategic-patch.js';
import { isCustom } from './resources/registry.js';
import { apiVersionOf, storageKey, type ApiResource } from './resources/resource.js';
import { ApiError, notFound, qualified } from './status.js';
import { conflictMessage, type Store } from './storage/store.js';
import { withDefaults } from './validation/defaults.js';
import { newMetadata, requireObject, timestamp, validateMetadata } from './validation/metadata.js';
import { validateKind } from './validation/kinds.js';

/** Which object or collection a request is about. */
export interface Target {
  readonly resource: ApiResource;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

export type PatchType = 'merge' | 'json' | 'strategic' | 'apply';

export interface WriteContext {
  readonly dryRun: boolean;
  readonly user: string;
  readonly groups: readonly string[];
  readonly fieldManager: string;
  /** Server-side apply takes fields from other managers. */
  readonly force?: boolean;
}

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number | undefined;
  readonly preconditions?:
    | { readonly uid?: string | undefined; readonly resourceVersion?: string | undefined }
    | undefined;
  readonly propagationPolicy?: string | undefined;
}

/** What admission has to say about a change: the object, perhaps changed, or an exception. */
export interface Admission {
  admit(request: {
    readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
    readonly target: Target;
    readonly object: ApiObject | undefined;
    readonly old: ApiObject | undefined;
    readonly context: WriteContext;
  }): Promise<ApiObject | undefined>;
}

const patchAttempts = 5;

/** What the API does to objects, apart from how requests and answers look. */
export class Operations {
  readonly #store: Store;
  readonly #admission: Admission;
  readonly #applied = new AppliedConfigs();

  constructor(modules: { readonly store: Store; readonly admission: Admission }) {
    this.#store = modules.store;
    this.#admission = modules.admission;
  }

  get({ resource, namespace, name = '' }: Target): ApiObject {
    const object = this.#find(resource, namespace, name);
    if (!object) throw notFound(resource, name);
    return inVersion(resource, object);
  }

  list({ resource, namespace }: Target): ApiObject[] {
    return this.#store.list(storageKey(resource), namespace).map((object) => inVersion(resource, object));
  }

  async create(target: Target, body: unknown, context: WriteContext): Promise<ApiObject> {
    const { resource } = target;
    const given = requireObject(resource, body);
    const namespace = resource.namespaced ? target.namespace : undefined;
    if (resource.namespaced) this.#requireNamespace(namespace ?? '');
    if (given.metadata.resourceVersion) {
      throw new ApiError('BadRequest', 'resourceVersion should not be set on objects to be created');
    }
    let object: ApiObject = { ...given, metadata: newMetadata(resource, given, namespace) };
    if (resource.status && resource.kind !== 'Node' && resource.kind !== 'Namespace') object = withoutStatus(object);
    object = this.#conform(resource, withDefaults(object));
    const admitted = await this.#admission.admit({ operation: 'CREATE', target, object, old: undefined, context });
    object = this.#conform(resource, admitted ?? object);
    const key = storageKey(resource);
    const { name } = object.metadata;
    if (this.#find(resource, namespace, name)) {
      throw new ApiError('AlreadyExists', `${qualified(resource)} "${name}" already exists`, {
        name,
        kind: resource.plural,
      });
    }
    object = this.#applied.recordUpdate(object, undefined, context.fieldManager);
    return inVersion(resource, context.dryRun ? object : this.#store.add(key, object));
  }

  async update(target: Target, body: unknown, context: WriteContext): Promise<ApiObject> {
    const { resource, name = '' } = target;
    const given = requireObject(resource, body);
    const existing = this.#find(resource, target.namespace, name);
    if (!existing) throw notFound(resource, name);
    if (given.metadata.name !== undefined && given.metadata.name !== name) {
      throw new ApiError(
        'BadRequest',
        `the name of the object (${given.metadata.name}) does not match the name on the URL (${name})`,
      );
    }
    const { resourceVersion, uid } = given.metadata;
    if (resourceVersion && resourceVersion !== existing.metadata.resourceVersion) {
      throw new ApiError('Conflict', conflictMessage(qualified(resource), name));
    }
    if (uid && uid !== existing.metadata.uid) {
      throw new ApiError(
        'Conflict',
        `Operation cannot be fulfilled on ${qualified(resource)} "${name}": Precondition failed: UID in precondition: ${uid}, UID in object meta: ${existing.metadata.uid}`,
      );
    }
    return this.#write(target, existing, given, context);
  }

  async patch(target: Target, type: PatchType, patch: Json, context: WriteContext): Promise<ApiObject> {
    const { resource, name = '' } = target;
    for (let attempt = 1; ; attempt++) {
      const existing = this.#find(resource, target.namespace, name);
      if (!existing) {
        if (type !== 'apply') throw notFound(resource, name);
        return this.#applyNew(target, patch, context);
      }
      const current = inVersion(resource, existing) as unknown as Json;
      const patched = this.#patched(target, type, current, patch, context);
      try {
        return await this.update(target, patched, context);
      } catch (error) {
        // Somebody else wrote while admission was asked: the patch is meant for what is there now.
        const isRace = error instanceof ApiError && error.reason === 'Conflict';
        if (!isRace || attempt === patchAttempts || at(patch, 'metadata', 'resourceVersion') !== undefined) throw error;
      }
    }
  }

  #patched(target: Target, type: PatchType, current: Json, patch: Json, context: WriteContext): Json {
    const { resource } = target;
    switch (type) {
      case 'merge':
        return mergePatch(current, patch);
      case 'json':
        return jsonPatch(current, patch);
      case 'strategic':
        if (isCustom(resource)) {
          throw new ApiError(
            'UnsupportedMediaType',
            'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
          );
        }
        return strategicPatch(resource.kind, current, patch);
      case 'apply':
        return this.#applied.apply(resource.kind, current, patch, context.fieldManager);
    }
  }

  async #applyNew(target: Target, patch: Json, context: WriteContext): Promise<ApiObject> {
    const { resource, name = '' } = target;
    if (!isJsonObject(patch)) throw new ApiError('BadRequest', 'the applied configuration must be an object');
    if (target.subresource) throw notFound(resource, name);
    const metadata = isJsonObject(patch['metadata']) ? patch['metadata'] : {};
    const created = await this.create(target, { ...patch, metadata: { ...metadata, name } }, context);
    this.#applied.remember(created.metadata.uid, context.fieldManager, patch);
    return created;
  }

  async delete(target: Target, options: DeleteOptions, context: WriteContext): Promise<ApiObject> {
    const { resource, name = '' } = target;
    const existing = this.#find(resource, target.namespace, name);
    if (!existing) throw notFound(resource, name);
    const { uid, resourceVersion } = options.preconditions ?? {};
    if (
      (uid && uid !== existing.metadata.uid) ||
      (resourceVersion && resourceVersion !== existing.metadata.resourceVersion)
    ) {
      throw new ApiError(
        'Conflict',
        `Operation cannot be fulfilled on ${qualified(resource)} "${name}": Precondition failed`,
      );
    }
    await this.#admission.admit({ operation: 'DELETE', target, object: undefined, old: existing, context });
    if (context.dryRun) return existing;
    return this.#delete(resource, existing, options);
  }

  #delete(resource: ApiResource, existing: ApiObject, options: DeleteOptions): ApiObject {
    const key = storageKey(resource);
    const { metadata } = existing;
    const grace = graceOf(resource, existing, options);
    const finalizers = deletionFinalizers(metadata.finalizers ?? [], options.propagationPolicy);
    const isNamespace = resource.kind === 'Namespace' && resource.group === '';
    if (grace === 0 && finalizers.length === 0 && !isNamespace) return this.#store.remove(key, existing);

    const sooner = metadata.deletionTimestamp === undefined || grace < (metadata.deletionGracePeriodSeconds ?? 0);
    if (!sooner) return existing;
    return this.#store.replace(
      key,
      {
        ...existing,
        metadata: {
          ...metadata,
          ...(finalizers.length > 0 ? { finalizers } : {}),
          deletionTimestamp: timestampIn(grace),
          deletionGracePeriodSeconds: grace,
        },
        ...(isNamespace ? { status: { phase: 'Terminating' } } : {}),
      },
      existing,
    );
  }

  /** Removes an object at once, whatever holds it: for controllers of the API itself. */
  remove(resource: ApiResource, object: ApiObject): void {
    this.#store.remove(storageKey(resource), object);
  }

  async #write(target: Target, existing: ApiObject, given: ApiObject, context: WriteContext): Promise<ApiObject> {
    const { resource, subresource } = target;
    let object: ApiObject = { ...given, metadata: keptMetadata(existing, given) };
    if (subresource === 'status') object = { ...existing, status: given['status'], metadata: existing.metadata };
    else if (resource.status && existing['status'] !== undefined) object = { ...object, status: existing['status'] };
    else if (resource.status) object = withoutStatus(object);
    object = this.#conform(resource, withDefaults(object), existing);
    const admitted = await this.#admission.admit({ operation: 'UPDATE', target, object, old: existing, context });
    object = this.#conform(resource, admitted ?? object, existing);
    const stored = inVersion(resource, existing);
    if (deepEqual({ ...object, apiVersion: stored.apiVersion }, stored)) return stored;
    if (resource.generation && subresource === undefined && specChanged(existing, object)) {
      object = { ...object, metadata: { ...object.metadata, generation: (existing.metadata.generation ?? 0) + 1 } };
    }
    object = this.#applied.recordUpdate(object, existing, context.fieldManager);
    if (context.dryRun) return object;
    const key = storageKey(resource);
    const released = object.metadata.deletionTimestamp !== undefined && (object.metadata.finalizers ?? []).length === 0;
    // A Pod waits for its kubelet; everything else goes when its last finalizer is gone.
    if (released && resource.kind !== 'Pod' && resource.kind !== 'Namespace') return this.#store.remove(key, object);
    return inVersion(resource, this.#store.replace(key, object, existing));
  }

  #conform(resource: ApiResource, object: ApiObject, existing?: ApiObject): ApiObject {
    const conformed = isCustom(resource) ? resource.conform(object) : object;
    validateMetadata(resource, conformed);
    validateKind(resource, conformed, existing);
    return conformed;
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
      );
    }
  }
}

/** One resource is stored once: its versions differ in nothing but their name. */
function inVersion(resource: ApiResource, object: ApiObject): ApiObject {
  const apiVersion = apiVersionOf(resource);
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
}

function withoutStatus(object: ApiObject): ApiObject {
  const { status: _, ...rest } = object;
  return rest as ApiObject;
}

/** What a client may change of metadata; the rest stays as it is. */
function keptMetadata(existing: ApiObject, given: ApiObject): ApiObject['metadata'] {
  const { labels, annotations, finalizers, ownerReferences } = given.metadata;
  const { metadata } = existing;
  const { labels: _l, annotations: _a, finalizers: _f, ownerReferences: _o, ...fixed } = metadata;
  return {
    ...fixed,
    ...(labels ? { labels } : {}),
    ...(annotations ? { annotations } : {}),
    ...(finalizers && finalizers.length > 0 ? { finalizers } : {}),
    ...(ownerReferences && ownerReferences.length > 0 ? { ownerReferences } : {}),
  };
}

function specChanged(a: ApiObject, b: ApiObject): boolean {
  const strip = ({ metadata: _m, status: _s, apiVersion: _v, ...rest }: ApiObject): object => rest;
  return !deepEqual(strip(a), strip(b));
}

function graceOf(resource: ApiResource, object: ApiObject, { gracePeriodSeconds }: DeleteOptions): number {
  // A Pod that runs nowhere has nobody to wait for.
  if (resource.kind !== 'Pod' || !at(object, 'spec', 'nodeName')) return 0;
  const phase = at(object, 'status', 'phase');
  if (phase === 'Failed' || phase === 'Succeeded') return 0;
  const wanted = gracePeriodSeconds ?? at(object, 'spec', 'terminationGracePeriodSeconds');
  return typeof wanted === 'number' && wanted >= 0 ? wanted : 30;
}

function deletionFinalizers(finalizers: readonly string[], propagation: string | undefined): string[] {
  const wanted = propagation === 'Foreground' ? ['foregroundDeletion'] : propagation === 'Orphan' ? ['orphan'] : [];
  return [...finalizers, ...wanted.filter((finalizer) => !finalizers.includes(finalizer))];
}

function timestampIn(seconds: number): string {
  return seconds === 0 ? timestamp() : `${new Date(Date.now() + seconds * 1000).toISOString().slice(0, 19)}Z`;
}
