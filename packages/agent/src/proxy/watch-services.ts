import type { Endpoints, Service } from 'kubernetes-types/core/v1.js';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import { createReflector, isKubeError, resources, type KubeClient, type Reflector } from '@antrea-ts/kube';
import {
  readEndpoints,
  readEndpointSlice,
  readService,
  type EndpointsSpec,
  type ServiceObject,
  type ServiceSpec,
} from '@antrea-ts/proxy';
import type { Logger } from '@antrea-ts/runtime';

/** Follows Services: of each what is balanced. */
export function watchServices(client: KubeClient, log: Logger): Reflector<ServiceSpec> {
  return createReflector({
    client,
    resource: resources.services,
    project: (service: Service) => readService(service as ServiceObject),
    isSame,
    log,
  });
}

/** Follows Endpoints objects. */
export function watchEndpoints(client: KubeClient, log: Logger): Reflector<EndpointsSpec> {
  return createReflector({
    client,
    resource: resources.endpoints,
    project: (endpoints: Endpoints) => readEndpoints({ ...endpoints, metadata: endpoints.metadata ?? {} }),
    isSame,
    log,
  });
}

/** Follows EndpointSlices, of the newest version that the server has. */
export async function watchEndpointSlices(
  client: KubeClient,
  log: Logger,
  { signal }: { readonly signal: AbortSignal },
): Promise<Reflector<EndpointsSpec>> {
  const { endpointSlices } = resources;
  return createReflector({
    client,
    resource: (await servesV1(client, signal)) ? endpointSlices : { ...endpointSlices, version: 'v1beta1' },
    project: (slice: EndpointSlice) => readEndpointSlice({ ...slice, metadata: slice.metadata ?? {} }),
    isSame,
    log,
  });
}

async function servesV1(client: KubeClient, signal: AbortSignal): Promise<boolean> {
  try {
    await client.raw({ path: '/apis/discovery.k8s.io/v1', signal });
    return true;
  } catch (error) {
    // Anything else is the reflector's to see, and to try again.
    return !isKubeError(error, 'not-found');
  }
}

/** What was read is plain data, with its fields always in the same order. */
function isSame(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
