import { at } from '../object.js';
import { ApiError } from '../status.js';
import type { Store } from '../storage/store.js';

/** A port of a Service that this server has to reach: of a webhook, or of another API server. */
export interface ServicePort {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

/** Where to connect to. */
export type Destination = { readonly host: string; readonly port: number } | { readonly path: string };

/** Says where a Service is, for those who know better than its endpoints do. */
export type ResolveService = (service: ServicePort) => Promise<Destination | undefined>;

/** Finds the way to a Service: what the embedder says, else its first ready endpoint. */
export function createResolver(
  store: Store,
  resolve: ResolveService | undefined,
): (service: ServicePort) => Promise<Destination> {
  return async (service) => {
    const destination = (await resolve?.(service)) ?? firstEndpoint(store, service);
    if (destination) return destination;
    const { namespace, name, port } = service;
    throw new ApiError('ServiceUnavailable', `no endpoints available for service "${namespace}/${name}" port ${port}`);
  };
}

function firstEndpoint(store: Store, { namespace, name, port }: ServicePort): Destination | undefined {
  const service = store.get('services', `${namespace}/${name}`);
  const servicePort = listAt(service, 'spec', 'ports').find((row) => at(row, 'port') === port);
  if (!service || !servicePort) return undefined;
  const portName = at(servicePort, 'name') ?? '';
  for (const subset of listAt(store.get('endpoints', `${namespace}/${name}`), 'subsets')) {
    const found = listAt(subset, 'ports').find((row) => (at(row, 'name') ?? '') === portName);
    const host = at(listAt(subset, 'addresses')[0], 'ip');
    if (found && typeof host === 'string') return { host, port: Number(at(found, 'port')) };
  }
  const slices = store
    .list('endpointslices.discovery.k8s.io', namespace)
    .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name);
  for (const slice of slices) {
    const found = listAt(slice, 'ports').find((row) => (at(row, 'name') ?? '') === portName);
    const endpoint = listAt(slice, 'endpoints').find((row) => at(row, 'conditions', 'ready') !== false);
    const host = listAt(endpoint, 'addresses')[0];
    if (found && typeof host === 'string') return { host, port: Number(at(found, 'port')) };
  }
  return undefined;
}

function listAt(object: unknown, ...path: string[]): readonly unknown[] {
  const value = at(object, ...path);
  return Array.isArray(value) ? value : [];
}
