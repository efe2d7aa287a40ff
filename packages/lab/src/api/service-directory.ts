import { createReflector, resources, wholeObject, type KubeClient, type Stored } from '@antrea-ts/kube';
import { formatIp, tryParseIp } from '@antrea-ts/net-types';
import type { Logger } from '@antrea-ts/runtime';
import type { Service } from 'kubernetes-types/core/v1.js';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import type { ServiceDirectory } from '../external/cluster-zone.js';

/** Services and their EndpointSlices as the Kubernetes API has them. */
export function followServices({ client, log }: { client: KubeClient; log: Logger }): ServiceDirectory {
  const services = createReflector({
    client,
    resource: resources.services,
    project: wholeObject<Service>,
    indexes: { address: ({ spec }: Stored<Service>) => (spec?.clusterIPs ?? []).flatMap(canonicalAddress) },
    log,
  });
  const slices = createReflector({
    client,
    resource: resources.endpointSlices,
    project: wholeObject<EndpointSlice>,
    indexes: {
      service: ({ metadata }: Stored<EndpointSlice>) =>
        [metadata.labels?.['kubernetes.io/service-name'] ?? []].flat().map((name) => `${metadata.namespace}/${name}`),
    },
    log,
  });
  void services.start();
  void slices.start();
  return {
    service: (namespace, name) => services.store.get(`${namespace}/${name}`),
    slices: (namespace, name) => slices.store.byIndex('service', `${namespace}/${name}`),
    serviceAt: (address) => canonicalAddress(address).flatMap((text) => services.store.byIndex('address', text))[0],
  };
}

function canonicalAddress(text: string): string[] {
  const address = tryParseIp(text);
  return address ? [formatIp(address)] : [];
}
