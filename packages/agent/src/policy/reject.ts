import type { PacketOut } from '@antrea-ts/openflow';
import {
  ipLayerOf,
  icmpUnreachable,
  buildPacket,
  layerOf,
  tcpReset,
  type Packet,
  type PacketParts,
} from '@antrea-ts/packet';
import type { IpAddress, MacAddress } from '@antrea-ts/net-types';
import { ofPorts } from '@antrea-ts/apis';
import { rejectActions, turnBackActions } from '@antrea-ts/pipeline';

/** OFPP_TABLE: the packet walks the pipeline from its first table. */
const toTable = 0xffff_fff9;

export interface RejectOptions {
  readonly why?: 'prohibited' | 'nobody serves';
  /** The port through which the packet came. */
  readonly cameFrom?: number | undefined;
}

/** How a Pod of this Node is connected, by its address. */
export type LocalPods = (address: IpAddress) => { readonly ofPort: number; readonly mac: MacAddress } | undefined;

/**
 * The packet that tells a sender that a policy refused its packet: a reset for TCP, ICMP prohibited for the rest
 * (Antrea 1.3, 8.3); or that nobody serves what it asks for: ICMP port unreachable for the rest.
 * It enters the pipeline as if the receiver had sent it, marked, so that no policy judges it: two that reject each other
 * do not loop. Undefined where no answer may be sent.
 */
export function rejection(
  bytes: Uint8Array,
  packet: Packet,
  localPod: LocalPods,
  { why = 'prohibited', cameFrom }: RejectOptions = {},
): Omit<PacketOut, 'type'> | undefined {
  const answer = layerOf(packet, 'tcp') ? tcpReset(packet) : icmpUnreachable(bytes, packet, codeOf(packet, why));
  const receiver: IpAddress | undefined = ipLayerOf(packet)?.destination;
  if (!answer || !receiver) return undefined;
  const pod = localPod(receiver);
  const inPort = pod?.ofPort ?? ofPorts.gateway;
  return {
    inPort,
    actions: [...rejectActions, ...(cameFrom === inPort ? turnBackActions : []), { kind: 'output', port: toTable }],
    data: buildPacket(pod ? sentBy(pod.mac, answer) : answer),
  };
}

/** Where a Service led to the receiver, the packet was still on its way to the gateway: nobody there has that address. */
function sentBy(source: MacAddress, { layers, ...rest }: PacketParts): PacketParts {
  return { ...rest, layers: layers.map((layer) => (layer.kind === 'ethernet' ? { ...layer, source } : layer)) };
}

const portUnreachable = { ipv4: 3, ipv6: 4 } as const;

function codeOf(packet: Packet, why: RejectOptions['why']): { readonly code?: number } {
  const kind = ipLayerOf(packet)?.kind;
  return why === 'prohibited' || kind === undefined ? {} : { code: portUnreachable[kind] };
}
