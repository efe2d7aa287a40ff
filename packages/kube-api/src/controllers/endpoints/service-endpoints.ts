import type { Endpoints, Node, Pod, Service } from 'kubernetes-types/core/v1.js';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import { at, deepEqual, isJsonObject, type ApiObject, type Json, type JsonObject } from '../../object.js';
import type { Operations } from '../../operations.js';
import { objectKey, type Store, type StoreEvent } from '../../storage/store.js';
import { collectionOf, ObjectWriter } from '../object-writer.js';
import { WorkQueue } from '../work-queue.js';
import { endpointsSubsets } from './endpoints-subsets.js';
import { planSlices } from './plan-slices.js';
import { podEndpoints } from './pod-endpoints.js';
import { groupsOfMirror, groupsOfService, maxMirrored, type SliceGroup } from './slice-groups.js';
import { withHints } from './topology-hints.js';

const slices = collectionOf('EndpointSlice');
const endpoints = collectionOf('Endpoints');
const pods = collectionOf('Pod');
const serviceName = 'kubernetes.io/service-name';
const managedBy = 'endpointslice.kubernetes.io/managed-by';
const skipMirror = 'endpointslice.kubernetes.io/skip-mirror';
const headless = 'service.kubernetes.io/headless';
const overCapacity = 'endpoints.kubernetes.io/over-capacity';

/** Who makes slices: from Pods, or from Endpoints that somebody wrote. */
const makers = {
  pods: { name: 'endpointslice-controller.k8s.io', maxPerSlice: 100 },
  mirror: { name: 'endpointslicemirroring-controller.k8s.io', maxPerSlice: maxMirrored },
} as const;
type Maker = (typeof makers)[keyof typeof makers];

/** Keeps the EndpointSlices and Endpoints of Services as their Pods are, and mirrors Endpoints written by hand. */
export class ServiceEndpoints {
  readonly #store: Store;
  readonly #writer: ObjectWriter;
  readonly #queue = new WorkQueue<string>((key) => this.#sync(key));
  #unsubscribe: () => void = () => undefined;

  constructor(modules: { readonly store: Store; readonly operations: Operations }) {
    this.#store = modules.store;
    this.#writer = new ObjectWriter(modules.operations);
  }

  start(): void {
    this.#lookAtAll();
    this.#unsubscribe = this.#store.watchAll((collection, event) => this.#note(collection, event));
  }

  stop(): void {
    this.#unsubscribe();
    this.#queue.stop();
  }

  #note(collection: string, { type, object, previous }: StoreEvent): void {
    switch (collection) {
      case 'services':
      case endpoints:
        return this.#look(objectKey(object));
      case slices:
        for (const slice of [object, previous]) {
          const name = slice?.metadata.labels?.[serviceName];
          if (name !== undefined) this.#look(`${object.metadata.namespace}/${name}`);
        }
        return undefined;
      case pods:
        return this.#lookAtServicesOf([object, ...(previous ? [previous] : [])]);
      case 'nodes':
        if (type !== 'MODIFIED' || !deepEqual(object.metadata.labels, previous?.metadata.labels)) this.#lookAtAll();
        return undefined;
      default:
        return undefined;
    }
  }

  #lookAtServicesOf(versions: readonly ApiObject[]): void {
    for (const service of this.#store.list('services', versions[0]?.metadata.namespace)) {
      const selector = selectorOf(service);
      if (selector && versions.some((pod) => isSelected(pod, selector))) this.#look(objectKey(service));
    }
  }

  #lookAtAll(): void {
    for (const service of this.#store.list('services')) this.#look(objectKey(service));
  }

  #look(key: string): void {
    this.#queue.add(key, key);
  }

  async #sync(key: string): Promise<void> {
    const service = this.#store.get('services', key);
    const known = this.#store.get(endpoints, key);
    // What belongs to a Service goes with it: its slices by their owner, Endpoints by this.
    if (!service) return known && this.#writer.delete('Endpoints', known);
    if (service.metadata.deletionTimestamp !== undefined) return undefined;
    const selector = selectorOf(service);
    if (!selector) return this.#mirror(service, known);
    const spec = service as unknown as Service;
    const nodes = new Map(this.#store.list('nodes').map((node) => [node.metadata.name, node as unknown as Node]));
    const selected = this.#store
      .list(pods, service.metadata.namespace)
      .filter((pod) => isSelected(pod, selector)) as unknown as Pod[];
    const behind = podEndpoints(spec, selected, nodes);
    const groups = withHints(spec, groupsOfService(spec, behind), [...nodes.values()]);
    const labels = service.metadata.labels ?? {};
    await this.#writeSlices(service, makers.mirror, { owner: service, labels, groups: [] });
    await this.#writeSlices(service, makers.pods, { owner: service, labels, groups });
    await this.#writeEndpoints(service, known, endpointsSubsets(spec, behind));
    return undefined;
  }

  /** A Service without a selector has the Endpoints that somebody writes. */
  async #mirror(service: ApiObject, known: ApiObject | undefined): Promise<void> {
    const isMirrored = known !== undefined && known.metadata.labels?.[skipMirror] !== 'true';
    const groups = isMirrored ? groupsOfMirror(known as unknown as Endpoints) : [];
    const labels = known?.metadata.labels ?? {};
    await this.#writeSlices(service, makers.mirror, { owner: known ?? service, labels, groups });
  }

  async #writeSlices(
    service: ApiObject,
    maker: Maker,
    wanted: {
      readonly owner: ApiObject;
      readonly labels: Readonly<Record<string, string>>;
      readonly groups: readonly SliceGroup[];
    },
  ): Promise<void> {
    const { name, namespace } = service.metadata;
    const existing = this.#store.list(slices, namespace).filter(({ metadata: { labels } }) => {
      return labels?.[serviceName] === name && labels[managedBy] === maker.name;
    });
    const labels = {
      ...wanted.labels,
      [serviceName]: name,
      [managedBy]: maker.name,
      ...(at(service, 'spec', 'clusterIP') === 'None' ? { [headless]: '' } : {}),
    };
    const plan = planSlices(wanted.groups, existing as unknown as EndpointSlice[], maker.maxPerSlice);
    for (const { slice, endpoints: list } of plan.update) {
      await this.#writer.merge('EndpointSlice', slice as unknown as ApiObject, { endpoints: list as unknown as Json });
    }
    for (const group of plan.create) {
      const body = { ...group, metadata: { generateName: `${name}-`, labels } } as unknown as JsonObject;
      await this.#writer.create('EndpointSlice', wanted.owner, body);
    }
    const gone = new Set<unknown>(plan.delete);
    for (const slice of existing) {
      if (gone.has(slice)) await this.#writer.delete('EndpointSlice', slice);
      else if (!deepEqual(slice.metadata.labels, labels)) {
        await this.#writer.merge('EndpointSlice', slice, {
          metadata: { labels: replaced(slice.metadata.labels, labels) },
        });
      }
    }
  }

  async #writeEndpoints(
    service: ApiObject,
    known: ApiObject | undefined,
    { subsets, truncated }: ReturnType<typeof endpointsSubsets>,
  ): Promise<void> {
    const { name, namespace = '' } = service.metadata;
    const isHeadless = at(service, 'spec', 'clusterIP') === 'None';
    const labels = { ...service.metadata.labels, ...(isHeadless ? { [headless]: '' } : {}) };
    const annotations = truncated ? { [overCapacity]: 'truncated' } : {};
    if (!known) {
      const body = { metadata: { name, labels, annotations }, subsets } as unknown as JsonObject;
      return this.#writer.createUnowned('Endpoints', namespace, body);
    }
    const isSame =
      deepEqual(known['subsets'] ?? [], subsets) &&
      deepEqual(known.metadata.labels ?? {}, labels) &&
      (known.metadata.annotations?.[overCapacity] !== undefined) === truncated;
    if (isSame) return undefined;
    return this.#writer.merge('Endpoints', known, {
      metadata: {
        labels: replaced(known.metadata.labels, labels),
        annotations: { [overCapacity]: null, ...annotations },
      },
      subsets: subsets as unknown as Json,
    });
  }
}

/** Labels for a merge, which names what goes. */
function replaced(
  before: Readonly<Record<string, string>> | undefined,
  labels: Readonly<Record<string, string>>,
): JsonObject {
  return { ...Object.fromEntries(Object.keys(before ?? {}).map((key) => [key, null])), ...labels };
}

/** A Service's selector; `undefined` for a Service that has none. */
function selectorOf(service: ApiObject): JsonObject | undefined {
  if (at(service, 'spec', 'type') === 'ExternalName') return undefined;
  const selector = at(service, 'spec', 'selector');
  return isJsonObject(selector) && Object.keys(selector).length > 0 ? selector : undefined;
}

function isSelected({ metadata: { labels } }: ApiObject, selector: JsonObject): boolean {
  return Object.entries(selector).every(([key, value]) => labels?.[key] === value);
}
