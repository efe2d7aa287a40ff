import { resourcesOf, specOf, type DefinitionSpec } from '../custom/definition.js';
import { at, type ApiObject } from '../object.js';
import type { Operations } from '../operations.js';
import { isCustom, type ResourceRegistry } from '../resources/registry.js';
import { storageKey } from '../resources/resource.js';
import type { Store } from '../storage/store.js';
import { cleanupFinalizer, timestamp } from '../validation/metadata.js';

const collection = 'customresourcedefinitions.apiextensions.k8s.io';

const context = {
  dryRun: false,
  user: 'system:apiserver',
  groups: [],
  fieldManager: 'kube-apiserver',
} as const;

/** Serves what CustomResourceDefinitions define, and empties a definition that is deleted before it goes. */
export class CustomResources {
  readonly #store: Store;
  readonly #registry: ResourceRegistry;
  readonly #operations: Operations;
  readonly #unsubscribe: (() => void)[] = [];

  constructor(modules: {
    readonly store: Store;
    readonly registry: ResourceRegistry;
    readonly operations: Operations;
  }) {
    this.#store = modules.store;
    this.#registry = modules.registry;
    this.#operations = modules.operations;
  }

  start(): void {
    for (const definition of this.#store.list(collection)) this.#serve(definition);
    this.#unsubscribe.push(
      this.#store.watchAll((changed, { type, object }) => {
        if (changed === collection) {
          // After the writer's other listeners, but before the writer gets its answer.
          queueMicrotask(() => (type === 'DELETED' ? this.#withdraw(object) : this.#update(object.metadata.name)));
        } else if (type === 'DELETED') {
          const definition = this.#store.get(collection, changed);
          if (definition?.metadata.deletionTimestamp !== undefined) queueMicrotask(() => this.#update(changed));
        }
      }),
    );
  }

  stop(): void {
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
  }

  #update(name: string): void {
    const definition = this.#store.get(collection, name);
    if (!definition) return;
    if (definition.metadata.deletionTimestamp !== undefined) return this.#empty(definition);
    const status = this.#serve(definition);
    if (JSON.stringify(status) !== JSON.stringify(definition['status'])) {
      this.#store.replace(collection, { ...definition, status }, definition);
    }
  }

  /** Puts a definition's resources into service, unless its names are taken; the status that says which. */
  #serve(definition: ApiObject): object {
    const spec = specOf(definition);
    const taken = this.#takenBy(spec);
    if (!taken) this.#registry.setCustom(spec.group, spec.names.plural, resourcesOf(definition));
    const established = at(definition, 'status', 'conditions');
    const condition = (type: string, isTrue: boolean, reason: string, message: string): object => {
      const status = isTrue ? 'True' : 'False';
      const known = Array.isArray(established) ? established.find((row) => at(row, 'type') === type) : undefined;
      const since = at(known, 'status') === status ? at(known, 'lastTransitionTime') : undefined;
      return { type, status, lastTransitionTime: since ?? timestamp(), reason, message };
    };
    const storage = spec.versions.find((version) => version.storage)?.name ?? '';
    const stored = at(definition, 'status', 'storedVersions');
    const storedVersions =
      Array.isArray(stored) && stored.includes(storage) ? stored : [...((stored ?? []) as string[]), storage];
    return {
      conditions: taken
        ? [
            condition('NamesAccepted', false, 'Conflict', `${taken} is already in use`),
            condition('Established', false, 'NotAccepted', 'not all names are accepted'),
          ]
        : [
            condition('NamesAccepted', true, 'NoConflicts', 'no conflicts found'),
            condition('Established', true, 'InitialNamesAccepted', 'the initial names have been accepted'),
          ],
      acceptedNames: taken ? { plural: '', kind: '' } : spec.names,
      storedVersions,
    };
  }

  /** A name that another resource of the group has already. */
  #takenBy({ group, names }: DefinitionSpec): string | undefined {
    const ofGroup = this.#registry.all().filter((other) => other.group === group);
    if (ofGroup.some((other) => other.plural === names.plural && !isCustom(other))) return `"${names.plural}"`;
    const others = ofGroup.filter((other) => other.plural !== names.plural);
    const wanted = [names.singular, ...(names.shortNames ?? [])];
    for (const other of others) {
      if (other.kind === names.kind) return `"${names.kind}"`;
      const name = wanted.find((candidate) => [other.plural, other.singular, ...other.shortNames].includes(candidate));
      if (name) return `"${name}"`;
    }
    return undefined;
  }

  #empty(definition: ApiObject): void {
    const { group, names } = specOf(definition);
    const key = storageKey({ group, plural: names.plural });
    const served = this.#registry.all().find((other) => storageKey(other) === key);
    // A definition whose names belong to a built-in resource has no objects of its own.
    const objects = served && !isCustom(served) ? [] : this.#store.list(key);
    for (const object of objects) {
      const { namespace, name, deletionTimestamp } = object.metadata;
      if (!served) this.#store.remove(key, object);
      else if (deletionTimestamp === undefined) {
        void this.#operations.delete({ resource: served, namespace, name }, {}, context).catch(() => undefined);
      }
    }
    if (served && objects.length > 0) return;
    const finalizers = (definition.metadata.finalizers ?? []).filter((finalizer) => finalizer !== cleanupFinalizer);
    const { finalizers: _, ...metadata } = definition.metadata;
    if (finalizers.length === 0) this.#store.remove(collection, { ...definition, metadata });
    else if (finalizers.length !== definition.metadata.finalizers?.length) {
      this.#store.replace(collection, { ...definition, metadata: { ...metadata, finalizers } }, definition);
    }
  }

  #withdraw(definition: ApiObject): void {
    const { group, names } = specOf(definition);
    this.#registry.setCustom(group, names.plural, []);
  }
}
