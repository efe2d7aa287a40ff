import { newObject } from '../object.js';
import type { Operations } from '../operations.js';
import type { ResourceRegistry } from '../resources/registry.js';
import { builtInResources } from '../resources/built-in.js';
import { storageKey } from '../resources/resource.js';
import type { Store } from '../storage/store.js';
import { withDefaults } from '../validation/defaults.js';

const initialNamespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];
const context = {
  dryRun: false,
  user: 'system:serviceaccount:kube-system:namespace-controller',
  groups: ['system:serviceaccounts', 'system:authenticated'],
  fieldManager: 'namespace-controller',
};

/** Makes what every cluster and every namespace has from the start, and empties namespaces that are deleted. */
export class NamespaceController {
  readonly #store: Store;
  readonly #registry: ResourceRegistry;
  readonly #operations: Operations;
  readonly #caPem: string;
  #unsubscribe: () => void = () => undefined;

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
    this.#unsubscribe = this.#store.watchAll((collection, { type, object }) => {
      const { name, namespace } = object.metadata;
      if (collection === 'namespaces') queueMicrotask(() => this.#look(name));
      // What every namespace has comes back; and one that is going may be empty now.
      else if (type === 'DELETED' && namespace !== undefined) queueMicrotask(() => this.#look(namespace));
    });
    const resource = builtInResources.find(({ kind }) => kind === 'Namespace');
    for (const name of initialNamespaces) {
      if (!resource || this.#store.get('namespaces', name)) continue;
      this.#store.add('namespaces', withDefaults(resource, newObject('v1', 'Namespace', name)));
    }
    for (const { metadata } of this.#store.list('namespaces')) this.#look(metadata.name);
  }

  stop(): void {
    this.#unsubscribe();
  }

  #look(name: string): void {
    const namespace = this.#store.get('namespaces', name);
    if (!namespace) return;
    if (namespace.metadata.deletionTimestamp === undefined) this.#furnish(name);
    else this.#empty(name);
  }

  #furnish(namespace: string): void {
    if (!this.#store.get('serviceaccounts', `${namespace}/default`)) {
      this.#store.add('serviceaccounts', newObject('v1', 'ServiceAccount', 'default', namespace));
    }
    const key = `${namespace}/kube-root-ca.crt`;
    const config = this.#store.get('configmaps', key);
    const data = { 'ca.crt': this.#caPem };
    if (!config) {
      this.#store.add('configmaps', { ...newObject('v1', 'ConfigMap', 'kube-root-ca.crt', namespace), data });
    } else if ((config['data'] as typeof data | undefined)?.['ca.crt'] !== this.#caPem) {
      this.#store.replace('configmaps', { ...config, data }, config);
    }
  }

  /** Deletes everything in a namespace that is going, and the namespace when nothing is left. */
  #empty(name: string): void {
    let left = false;
    const collections = new Map(
      this.#registry
        .all()
        .filter(({ namespaced, virtual }) => namespaced && !virtual)
        .map((resource) => [storageKey(resource), resource]),
    );
    for (const [collection, resource] of collections) {
      for (const { metadata } of this.#store.list(collection, name)) {
        left = true;
        if (metadata.deletionTimestamp !== undefined) continue;
        const target = { resource, namespace: name, name: metadata.name };
        void this.#operations.delete(target, {}, context).catch(() => undefined);
      }
    }
    const namespace = this.#store.get('namespaces', name);
    if (left || !namespace || (namespace.metadata.finalizers ?? []).length > 0) return;
    this.#store.remove('namespaces', namespace);
  }
}
