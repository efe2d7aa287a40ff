import { formatIp, ipEquals, type IpAddress, type IpFamily, type MacAddress } from '@antrea-ts/net-types';
import { virtualMac } from '@antrea-ts/pipeline';
import { HttpError } from '@antrea-ts/runtime';
import type { PodPort } from '../pods/pod-store.js';
import { protocolWords, type TracePeer, type TraceRequest } from './trace-request.js';

/** What tracing has to know of the Node and the cluster. */
export interface TraceNode {
  readonly pods: () => readonly PodPort[];
  /** A port of the bridge by its name. */
  readonly port: (
    name: string,
  ) => { readonly ofPort?: number | undefined; readonly mac?: string | undefined } | undefined;
  readonly gateway: () => { readonly name: string; readonly ofPort: number; readonly mac: MacAddress };
  readonly gatewayAddresses: readonly IpAddress[];
  readonly tunnel?: { readonly name: string; readonly ofPort: number } | undefined;
  /** Addresses of a Pod anywhere, or of a Service; undefined: there is none. Throws when the cluster does not answer. */
  readonly podAddresses: (namespace: string, name: string) => Promise<readonly IpAddress[] | undefined>;
  readonly serviceAddresses: (namespace: string, name: string) => Promise<readonly IpAddress[] | undefined>;
}

/** One end, found. `ofPort` only where it is on this Node. */
interface Endpoint {
  readonly addresses: readonly IpAddress[];
  readonly ofPort?: number;
  readonly mac?: string;
  readonly isRemotePod?: boolean;
}

/** The packet as `ofproto/trace` takes it. Throws `HttpError` 404 for what does not exist. */
export async function resolveTrace(request: TraceRequest, node: TraceNode): Promise<string> {
  const { flow, family, isIp } = request;
  const source = request.source && (await sourceOf(request.source, node));
  const destination = request.destination && (await destinationOf(request.destination, node));
  const input = inputOf(request, source, node);
  const terms: string[] = [];
  if (!flow.has('in_port')) terms.push(`in_port=${input.ofPort}`);
  for (const [name, value] of flow) terms.push(value === undefined ? name : `${name}=${value}`);
  if (!isIp) return terms.join(',');

  const own = (...names: string[]): boolean => !names.some((name) => flow.has(name));
  if (own(...protocolWords)) {
    terms.push(family === 'ipv6' ? 'ipv6' : 'ip');
  }
  const prefix = family === 'ipv6' ? 'ipv6' : 'nw';
  if (source) terms.push(`${prefix}_src=${addressOf('source', source, family)}`);
  if (destination) terms.push(`${prefix}_dst=${addressOf('destination', destination, family)}`);
  if (own('dl_src', 'eth_src')) terms.push(`dl_src=${input.isTunnel ? virtualMac : input.mac}`);
  if (own('dl_dst', 'eth_dst')) {
    terms.push(`dl_dst=${input.isTunnel ? virtualMac : (destination?.mac ?? node.gateway().mac)}`);
  }
  if (own('nw_ttl')) terms.push('nw_ttl=64');
  return terms.join(',');
}

interface Input {
  readonly ofPort: number;
  readonly mac: string;
  readonly isTunnel: boolean;
}

/** Where the packet comes in: as asked, else where the source is, or where its packets come from. */
function inputOf({ port }: TraceRequest, source: Endpoint | undefined, node: TraceNode): Input {
  const gateway = node.gateway();
  if (port !== undefined) {
    const found = node.port(port);
    if (found?.ofPort === undefined) throw new HttpError(404, `port: input port not found: ${port}`);
    const pod = node.pods().find(({ interfaceName }) => interfaceName === port);
    const isTunnel = port === node.tunnel?.name;
    return { ofPort: found.ofPort, mac: pod?.mac ?? found.mac ?? gateway.mac, isTunnel };
  }
  if (source?.ofPort !== undefined) {
    return { ofPort: source.ofPort, mac: source.mac ?? gateway.mac, isTunnel: false };
  }
  if (source?.isRemotePod && node.tunnel) return { ofPort: node.tunnel.ofPort, mac: virtualMac, isTunnel: true };
  return { ofPort: gateway.ofPort, mac: gateway.mac, isTunnel: false };
}

async function sourceOf(peer: TracePeer, node: TraceNode): Promise<Endpoint> {
  const found = localEnd('source', peer, node);
  if (found !== undefined) return found;
  const { namespace, name } = peer as Extract<TracePeer, { kind: 'pod' }>;
  const addresses = await asked(() => node.podAddresses(namespace, name));
  if (addresses === undefined) throw new HttpError(404, `source: Pod ${namespace}/${name} not found`);
  return { addresses, isRemotePod: true };
}

async function destinationOf(peer: TracePeer, node: TraceNode): Promise<Endpoint> {
  const found = localEnd('destination', peer, node);
  if (found !== undefined) return found;
  const { namespace, name } = peer as Extract<TracePeer, { kind: 'pod' }>;
  const addresses =
    (await asked(() => node.podAddresses(namespace, name))) ??
    (await asked(() => node.serviceAddresses(namespace, name)));
  if (addresses !== undefined) return { addresses };
  throw new HttpError(404, `destination: Pod ${namespace}/${name} not found, and Service not found either`);
}

/** What can be told without the cluster; undefined for a Pod that is not of this Node. */
function localEnd(parameter: string, peer: TracePeer, node: TraceNode): Endpoint | undefined {
  const pods = node.pods();
  switch (peer.kind) {
    case 'pod':
      return pods.find(({ podNamespace, podName }) => podNamespace === peer.namespace && podName === peer.name);
    case 'address': {
      const pod = pods.find(({ addresses }) => addresses.some((address) => ipEquals(address, peer.address)));
      return pod ? { ...pod, addresses: [peer.address] } : { addresses: [peer.address] };
    }
    default: {
      const gateway = node.gateway();
      if (peer.name === gateway.name) return { ...gateway, addresses: node.gatewayAddresses };
      const pod = pods.find(({ interfaceName }) => interfaceName === peer.name);
      if (pod) return pod;
      if (node.port(peer.name) === undefined) throw new HttpError(404, `${parameter}: OVS port ${peer.name} not found`);
      throw new HttpError(400, `${parameter}: invalid OVS port: ${peer.name} is neither a Pod's nor the gateway's`);
    }
  }
}

function addressOf(parameter: 'source' | 'destination', { addresses }: Endpoint, family: IpFamily): string {
  const address = addresses.find((candidate) => candidate.family === family);
  if (address !== undefined) return formatIp(address);
  const what = parameter === 'source' ? 'source Pod has no IP address' : 'destination has no IP address';
  throw new HttpError(400, `${parameter}: ${what} of family ${family}; give addressFamily, or another ${parameter}`);
}

async function asked<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (cause) {
    throw new HttpError(500, 'Kubernetes API error: it does not say whether there is such a Pod or Service', { cause });
  }
}
