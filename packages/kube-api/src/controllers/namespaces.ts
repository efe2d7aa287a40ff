import { randomUUID } from 'node:crypto';
import type { ApiObject } from '../object.js';
import type { ResourceRegistry } from '../resources/registry.js';
import { storageKey } from '../resources/resource.js';
import type { Store } from '../storage/store.js';
import { withDefaults } from '../validation/defaults.js';
import { timestamp } from '../validation/metadata.js';
import type { Operations } from '../operations.js';

const initialNamespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** Makes what every cluster and every namespace has from the start, and empties namespaces that are deleted. */
export class NamespaceController {
  readonly #store: Store;
  readonly #registry: ResourceRegistry;
  readonly #operations: Operations;
  readonly #caPem: string;
  #unsubscribe: (() => void)[] = [];

  constructor(modules: {
    readonly store: Store;
    readonly registry: ResourceRegistry;
    readonly operations: Operations;
    readonly caPem: string;
  }) {
    this.#store = modules.store;
    this.#registry = modules.registry;
    this.#operations = modules.operations;
    this.#caPem = modules.caPem;
  }

  start(): void {
    this.#unsubscribe.push(
      this.#store.watch('namespaces', this.#store.version, ({ type, object }) => {
        if (type === 'ADDED') this.#furnish(object.metadata.name);
        if (type === 'MODIFIED' && object.metadata.deletionTimestamp !== undefined)
          queueMicrotask(() => this.#empty(object.metadata.name));
      }),
    );
    for (const name of initialNamespaces) {
      if (this.#store.get('namespaces', name)) continue;
      this.#store.add('namespaces', withDefaults(newObject('v1', 'Namespace', name)));
    }
  }

  stop(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#unsubscribe = [];
  }

  #furnish(namespace: string): void {
    if (!this.#store.get('serviceaccounts', `${namespace}/default`)) {
      this.#store.add('serviceaccounts', newObject('v1', 'ServiceAccount', 'default', namespace));
    }
    if (!this.#store.get('configmaps', `${namespace}/kube-root-ca.crt`)) {
      const config = newObject('v1', 'ConfigMap', 'kube-root-ca.crt', namespace);
      this.#store.add('configmaps', { ...config, data: { 'ca.crt': this.#caPem } });
    }
  }

  /** Deletes everything in a namespace that is going; removes it when nothing is left. Called again as things go. */
  #empty(name: string): void {
    const namespace = this.#store.get('namespaces', name);
    if (!namespace) return;
    const seen = new Set<string>();
    for (const resource of this.#registry.all()) {
      const collection = storageKey(resource);
      if (!resource.namespaced || resource.virtual || seen.has(collection)) continue;
      seen.add(collection);
      for (const object of this.#store.list(collection, name)) {
        if (object.metadata.deletionTimestamp !== undefined) continue;
        const context = {
          dryRun: false,
          user: 'system:namespace-controller',
          groups: [],
          fieldManager: 'namespace-controller',
        };
        void this.#operations
          .delete({ resource, namespace: name, name: object.metadata.name }, {}, context)
          .catch(() => undefined);
      }
    }
    setTimeout(() => this.#removeIfEmpty(name, [...seen]), 20).unref();
  }

  #removeIfEmpty(name: string, collections: readonly string[]): void {
    const namespace = this.#store.get('namespaces', name);
    if (!namespace) return;
    const left = collections.some((collection) => this.#store.list(collection, name).length > 0);
    // Pods wait for their kubelet: look again until they are gone.
    if (left) setTimeout(() => this.#empty(name), 200).unref();
    else this.#store.remove('namespaces', namespace);
  }
}

/** An object as the API itself makes it. */
export function newObject(apiVersion: string, kind: string, name: string, namespace?: string): ApiObject {
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid: randomUUID(),
      resourceVersion: '',
      creationTimestamp: timestamp(),
    },
  };
}
