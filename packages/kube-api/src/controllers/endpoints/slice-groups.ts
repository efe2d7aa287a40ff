import type { Endpoints, Service } from 'kubernetes-types/core/v1.js';
import type { Endpoint, EndpointPort } from 'kubernetes-types/discovery/v1.js';
import { familyOf, type AddressType } from './address-type.js';
import { addressOf, hostnameOf, targetRefOf, type PodEndpoint } from './pod-endpoints.js';

/** Endpoints that may be in one slice: of one family, with the same ports. */
export interface SliceGroup {
  readonly addressType: AddressType;
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

/** What the slices of a Service with a selector shall hold. One without Pods has an empty group, as in Kubernetes. */
export function groupsOfService(service: Service, pods: readonly PodEndpoint[]): readonly SliceGroup[] {
  const families = (service.spec?.ipFamilies ?? []) as AddressType[];
  const publishesAll = service.spec?.publishNotReadyAddresses ?? false;
  const rows = families.flatMap((addressType) =>
    pods.flatMap((pod) => {
      const address = addressOf(pod, addressType);
      if (address === undefined) return [];
      return [{ addressType, ports: pod.ports, endpoint: endpointOf(pod, { service, address, publishesAll }) }];
    }),
  );
  const [addressType = 'IPv4'] = families;
  return rows.length > 0 ? grouped(rows) : [{ addressType, ports: [], endpoints: [] }];
}

/** Endpoints that somebody wrote by hand, as slices: at most so many of each subset, as Kubernetes has it. */
export const maxMirrored = 1000;

/** What the slices shall hold that mirror an Endpoints object. */
export function groupsOfMirror({ subsets = [] }: Endpoints): readonly SliceGroup[] {
  const rows = subsets.flatMap(({ addresses = [], notReadyAddresses = [], ports = [] }) => {
    const endpointPorts = ports.map(({ name = '', ...port }) => ({ name, ...port }));
    const all = [
      ...addresses.map((address) => ({ address, ready: true })),
      ...notReadyAddresses.map((address) => ({ address, ready: false })),
    ];
    return all.slice(0, maxMirrored).map(({ address: { ip, hostname, nodeName, targetRef }, ready }) => ({
      addressType: familyOf(ip),
      ports: endpointPorts,
      endpoint: {
        addresses: [ip],
        conditions: { ready },
        ...(hostname === undefined ? {} : { hostname }),
        ...(nodeName === undefined ? {} : { nodeName }),
        ...(targetRef === undefined ? {} : { targetRef }),
      },
    }));
  });
  return grouped(rows);
}

/** What two slices must have in common to be of one group. */
export function groupKey(addressType: string, ports: readonly EndpointPort[]): string {
  const texts = ports.map(({ name = '', port, protocol, appProtocol }) =>
    [name, port, protocol, appProtocol ?? ''].join(),
  );
  return [addressType, ...texts.sort()].join(' ');
}

function endpointOf(
  pod: PodEndpoint,
  { service, address, publishesAll }: { service: Service; address: string; publishesAll: boolean },
): Endpoint {
  const { serving, terminating, zone } = pod;
  const hostname = hostnameOf(pod, service);
  const nodeName = pod.pod.spec?.nodeName;
  return {
    addresses: [address],
    conditions: { ready: publishesAll || (serving && !terminating), serving, terminating },
    ...(hostname === undefined ? {} : { hostname }),
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(zone === undefined ? {} : { zone }),
    targetRef: targetRefOf(pod),
  };
}

function grouped(
  rows: readonly { addressType: AddressType; ports: readonly EndpointPort[]; endpoint: Endpoint }[],
): readonly SliceGroup[] {
  const groups = new Map<string, SliceGroup & { readonly endpoints: Endpoint[] }>();
  for (const { addressType, ports, endpoint } of rows) {
    const key = groupKey(addressType, ports);
    const group = groups.get(key) ?? { addressType, ports, endpoints: [] };
    group.endpoints.push(endpoint);
    groups.set(key, group);
  }
  return [...groups.values()];
}
