import type { FeatureGateStatus, Node } from '@antrea-ts/apis';
import { formatIp } from '@antrea-ts/net-types';
import type { Packet } from '@antrea-ts/policy/verdict';
import {
  readEndpoints,
  readEndpointSlice,
  ServicePorts,
  type Endpoint,
  type EndpointsObject,
  type EndpointSliceObject,
  type EndpointsSpec,
  type ServiceSpec,
} from '@antrea-ts/proxy';
import type { Api } from '../connection/api.js';
import { AntctlError } from '../errors.js';

/** Where a Node sends the connections to a Service. */
export interface Resolution {
  readonly endpoints: readonly Endpoint[];
  /** Whether the Node's switch balances them, and not kube-proxy; `undefined`: its agent did not say. */
  readonly isInSwitch: boolean | undefined;
}

/** How connections come to the Node that balances them. */
export interface Balanced {
  readonly node: string;
  /** From outside of the cluster: to one of its external addresses that keep them on the Node, or not. */
  readonly outside?: { readonly isLocal: boolean; readonly isNodePort: boolean };
}

/** The Endpoints among which a Node chooses for a packet to a Service. */
export async function resolveService(
  packet: Packet,
  service: ServiceSpec,
  { node, outside }: Balanced,
  api: Api,
): Promise<Resolution> {
  const { destination, port: asked } = packet;
  const address = formatIp(destination);
  if (!outside?.isNodePort) requirePort(packet, service);
  const gates = await gatesOf(node, api);
  const isInSwitch = gates?.has('AntreaProxy');
  // kube-proxy reads slices.
  const specs =
    isInSwitch && !gates?.has('EndpointSlice') ? await listEndpoints(service, api) : await listSlices(service, api);
  const zone = service.topologyAware ? await zoneOf(node, api) : undefined;
  const { family } = destination;
  // What is connected to at the Node is looked up as it is, before the host translates it.
  const own = outside && { ipv4: address, ipv6: address };
  const ports = new ServicePorts({ name: node, ...(zone === undefined ? {} : { zone }) }, [family], own);
  const key = `${service.namespace}/${service.name}`;
  ports.setService(key, service);
  specs.forEach((spec, index) => ports.setEndpoints(String(index), spec));
  ports.takeChanges();
  const port = [...(ports.portsOf(key)?.values() ?? [])].find(
    ({ protocol, frontends, fromOutside }) =>
      (fromOutside ?? false) === (outside?.isLocal ?? false) &&
      protocol === packet.protocol &&
      frontends.some((frontend) => frontend.address === address && frontend.port === asked),
  );
  return { endpoints: port?.endpoints ?? [], isInSwitch };
}

/** A port that a Service does not have is no question: nothing balances it. */
function requirePort({ protocol, port }: Packet, { namespace, name, ports }: ServiceSpec): void {
  if (ports.some((each) => each.protocol === protocol && each.port === port)) return;
  const asked = port === undefined ? protocol : `port ${port}/${protocol}`;
  const known = ports.map((each) => `${each.port}/${each.protocol}`).join(', ');
  throw new AntctlError('usage', `Service ${namespace}/${name} has no ${asked}: it has ${known || 'no ports'}`);
}

/** Names of the gates that are on; undefined where the agent does not answer. */
async function gatesOf(node: string, api: Api): Promise<ReadonlySet<string> | undefined> {
  try {
    const gates = (await api.get({ from: 'agent', node, path: '/featuregates' })) as readonly FeatureGateStatus[];
    const enabled = gates.filter(({ component, status }) => component === 'agent' && status === 'Enabled');
    return new Set(enabled.map(({ name }) => name));
  } catch (error) {
    if (error instanceof AntctlError) return undefined;
    throw error;
  }
}

interface ListOf<T> {
  readonly items?: readonly T[] | null;
}

async function listEndpoints({ namespace, name }: ServiceSpec, api: Api): Promise<EndpointsSpec[]> {
  const { items } = (await api.get({
    from: 'cluster',
    path: `/api/v1/namespaces/${namespace}/endpoints`,
    parameters: { fieldSelector: `metadata.name=${name}` },
  })) as ListOf<EndpointsObject>;
  return (items ?? []).map(readEndpoints);
}

async function listSlices({ namespace, name }: ServiceSpec, api: Api): Promise<EndpointsSpec[]> {
  const list = async (version: string): Promise<EndpointsSpec[]> => {
    const { items } = (await api.get({
      from: 'cluster',
      path: `/apis/discovery.k8s.io/${version}/namespaces/${namespace}/endpointslices`,
      parameters: { labelSelector: `kubernetes.io/service-name=${name}` },
    })) as ListOf<EndpointSliceObject>;
    return (items ?? []).flatMap((slice) => readEndpointSlice(slice) ?? []);
  };
  try {
    return await list('v1');
  } catch (error) {
    // Kubernetes before 1.21 has the older version alone; where neither can be had, the newer says why.
    return list('v1beta1').catch(() => Promise.reject(error as Error));
  }
}

async function zoneOf(node: string, api: Api): Promise<string | undefined> {
  const { metadata } = (await api.get({ from: 'cluster', path: `/api/v1/nodes/${node}` })) as Node;
  return metadata.labels?.['topology.kubernetes.io/zone'];
}
