import type { EndpointAddress, EndpointSubset, Service } from 'kubernetes-types/core/v1.js';
import type { AddressType } from './address-type.js';
import { addressOf, hostnameOf, targetRefOf, type PodEndpoint } from './pod-endpoints.js';
import { groupKey } from './slice-groups.js';

/** More addresses than this an Endpoints object does not take. */
const maxAddresses = 1000;

/** The subsets of a Service's Endpoints object: of its first family, ready or not, without Pods on their way out. */
export function endpointsSubsets(
  service: Service,
  pods: readonly PodEndpoint[],
): { readonly subsets: readonly EndpointSubset[]; readonly truncated: boolean } {
  const family = (service.spec?.ipFamilies?.[0] ?? 'IPv4') as AddressType;
  const publishesAll = service.spec?.publishNotReadyAddresses ?? false;
  const rows = pods.flatMap((pod) => {
    const ip = addressOf(pod, family);
    if (ip === undefined || (pod.terminating && !publishesAll)) return [];
    return [{ address: addressObject(pod, ip, service), ports: pod.ports, ready: pod.serving || publishesAll }];
  });
  // Those that are ready come first where there are too many.
  rows.sort((a, b) => Number(b.ready) - Number(a.ready) || (a.address.ip < b.address.ip ? -1 : 1));
  const subsets = new Map<string, EndpointSubset>();
  for (const { address, ports, ready } of rows.slice(0, maxAddresses)) {
    const key = groupKey(family, ports);
    const subset: EndpointSubset = subsets.get(key) ?? (ports.length === 0 ? {} : { ports: ports.map(subsetPort) });
    (ready ? (subset.addresses ??= []) : (subset.notReadyAddresses ??= [])).push(address);
    subsets.set(key, subset);
  }
  return { subsets: [...subsets.values()], truncated: rows.length > maxAddresses };
}

function addressObject(pod: PodEndpoint, ip: string, service: Service): EndpointAddress {
  const hostname = hostnameOf(pod, service);
  const nodeName = pod.pod.spec?.nodeName;
  return {
    ip,
    ...(hostname === undefined ? {} : { hostname }),
    ...(nodeName === undefined ? {} : { nodeName }),
    targetRef: targetRefOf(pod),
  };
}

function subsetPort({
  name,
  port = 0,
  ...rest
}: PodEndpoint['ports'][number]): NonNullable<EndpointSubset['ports']>[number] {
  return { ...(name ? { name } : {}), port, ...rest };
}
