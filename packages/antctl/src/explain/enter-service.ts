import { nodeAddresses, podCidrsOf, type Node } from '@antrea-ts/apis';
import { formatIp, gatewayOf, ipEquals, type IpAddress } from '@antrea-ts/net-types';
import type { Packet } from '@antrea-ts/policy/verdict';
import type { ServiceSpec } from '@antrea-ts/proxy';
import type { Api } from '../connection/api.js';
import { AntctlError } from '../errors.js';
import type { End } from './ends.js';

/** The Node by which a connection from outside of the cluster comes in. */
export interface Entry {
  readonly name: string;
  readonly addresses: readonly IpAddress[];
  /** Of its gateway, which stand for clients. */
  readonly gateways: readonly IpAddress[];
}

/** The Nodes of the cluster, by their names. */
export async function readEntries(api: Api): Promise<readonly Entry[]> {
  const { items } = (await api.get({ from: 'cluster', path: '/api/v1/nodes' })) as { readonly items?: Node[] | null };
  return (items ?? [])
    .map((node) => ({
      name: node.metadata.name,
      addresses: nodeAddresses(node),
      gateways: podCidrsOf(node).map(gatewayOf),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The Node that an address is of. */
export function entryAt(address: IpAddress, entries: readonly Entry[]): Entry | undefined {
  return entries.find(({ addresses }) => addresses.some((own) => ipEquals(own, address)));
}

/** The Node of `--via`, else that of the address that is connected to, else the first. */
export function chooseEntry(via: string | undefined, at: Entry | undefined, entries: readonly Entry[]): Entry {
  if (via !== undefined && at && at.name !== via) {
    throw new AntctlError('usage', `--via ${via}: the address of --to is that of ${at.name}`);
  }
  const entry = via === undefined ? (at ?? entries[0]) : entries.find(({ name }) => name === via);
  if (entry) return entry;
  const known = entries.map(({ name }) => name).join(', ');
  throw new AntctlError('usage', `--via ${via ?? ''}: there is no such Node; there are ${known || 'none'}`);
}

/** Whether connections to an address of a Service stay on the Node where they come in, and keep their source. */
export function keepsSource({ destination }: Packet, { externalLocal, clusterIps }: ServiceSpec): boolean {
  return externalLocal && !clusterIps.some(({ address }) => address === formatIp(destination));
}

/** The client as Endpoints see it: the Node where it comes in translates its address to that of its gateway. */
export function seenAs(from: End, entry: Entry, packet: Packet, service: ServiceSpec): End {
  const name = `${from.name} by ${entry.name}`;
  if (keepsSource(packet, service)) return { ...from, name, enters: entry.name };
  const gateway = entry.gateways.find(({ family }) => family === packet.destination.family);
  if (gateway) return { ...from, name, addresses: [gateway], enters: entry.name };
  throw new AntctlError(
    'request',
    `Node ${entry.name} has no Pod CIDR of the family of ${formatIp(packet.destination)}: it is not known as whom clients come in there`,
  );
}
