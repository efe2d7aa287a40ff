import { apiServices, isRemote, type Aggregator } from '../aggregation/aggregator.js';
import { at, newObject, type ApiObject } from '../object.js';
import type { ResourceRegistry } from '../resources/registry.js';
import type { Store } from '../storage/store.js';
import { timestamp } from '../validation/metadata.js';

const autoManaged = 'kube-aggregator.kubernetes.io/automanaged';
const checkEveryMs = 5_000;

/** Lists what this server serves itself among the APIServices, and tells which of the others can be reached. */
export class ApiServiceController {
  readonly #store: Store;
  readonly #registry: ResourceRegistry;
  readonly #aggregator: Aggregator;
  #unsubscribe: () => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;
  #checking = false;
  #again = false;
  #revision = 0;

  constructor(modules: {
    readonly store: Store;
    readonly registry: ResourceRegistry;
    readonly aggregator: Aggregator;
  }) {
    this.#store = modules.store;
    this.#registry = modules.registry;
    this.#aggregator = modules.aggregator;
  }

  start(): void {
    this.#listOwn();
    this.#unsubscribe = this.#store.watchAll((collection, { type, object, previous }) => {
      if (collection.startsWith('customresourcedefinitions.'))
        queueMicrotask(() => queueMicrotask(() => this.#listOwn()));
      const isChanged = type !== 'MODIFIED' || object.metadata.generation !== previous?.metadata.generation;
      if (collection === apiServices ? isChanged && isRemote(object) : relevant.has(collection)) this.#checkSoon();
    });
    this.#timer = setInterval(() => this.#checkSoon(), checkEveryMs);
    this.#timer.unref();
  }

  stop(): void {
    this.#unsubscribe();
    clearInterval(this.#timer);
  }

  #listOwn(): void {
    if (this.#revision === this.#registry.revision) return;
    this.#revision = this.#registry.revision;
    const wanted = new Map<string, ApiObject>();
    for (const [group, versions] of this.#registry.groups()) {
      for (const [index, version] of versions.entries()) {
        const name = `${version}.${group}`;
        const object = newObject('apiregistration.k8s.io/v1', 'APIService', name);
        wanted.set(name, {
          ...object,
          metadata: { ...object.metadata, labels: { [autoManaged]: 'true' } },
          spec: {
            ...(group ? { group } : {}),
            version,
            groupPriorityMinimum: group === '' ? 18_000 : 1_000,
            versionPriority: 100 - index,
          },
          status: { conditions: [condition('True', 'Local', 'Local APIServices are always available', undefined)] },
        });
      }
    }
    for (const [name, object] of wanted) if (!this.#store.get(apiServices, name)) this.#store.add(apiServices, object);
    for (const object of this.#store.list(apiServices)) {
      const isOurs = object.metadata.labels?.[autoManaged] !== undefined && !isRemote(object);
      if (isOurs && !wanted.has(object.metadata.name)) this.#store.remove(apiServices, object);
    }
  }

  #checkSoon(): void {
    if (!this.#store.list(apiServices).some(isRemote)) return;
    if (this.#checking) {
      this.#again = true;
      return;
    }
    this.#checking = true;
    void this.#check().finally(() => {
      this.#checking = false;
      if (!this.#again) return;
      this.#again = false;
      this.#checkSoon();
    });
  }

  async #check(): Promise<void> {
    const services = this.#store.list(apiServices).filter(isRemote);
    await Promise.all(
      services.map(async (service) => {
        const problem = await this.#aggregator.problem(service);
        const current = this.#store.get(apiServices, service.metadata.name);
        if (!current || current.metadata.uid !== service.metadata.uid) return;
        const [known] = (at(current, 'status', 'conditions') ?? []) as readonly unknown[];
        const next = problem
          ? condition('False', problem.reason, problem.message, known)
          : condition('True', 'Passed', 'all checks passed', known);
        if (JSON.stringify(next) === JSON.stringify(known)) return;
        this.#store.replace(apiServices, { ...current, status: { conditions: [next] } }, current);
      }),
    );
  }
}

const relevant = new Set(['services', 'endpoints', 'endpointslices.discovery.k8s.io']);

function condition(status: string, reason: string, message: string, known: unknown): object {
  const since = at(known, 'status') === status ? at(known, 'lastTransitionTime') : undefined;
  return { type: 'Available', status, lastTransitionTime: since ?? timestamp(), reason, message };
}
