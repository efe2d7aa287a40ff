import { parseCidr, parseMac, type Cidr } from '@antrea-ts/net-types';
import type { PeerPath } from '../features/ports.js';
import type { NodeProfile } from '../profile.js';

const tunnelPort = 1;
const uplinkPort = 3;

/** A kind of Node, and how it reaches the other one. */
export interface NodeKind {
  readonly name: string;
  readonly profile: Pick<NodeProfile, 'mode' | 'families' | 'hostSource'>;
  readonly hasUplink: boolean;
  readonly path: Extract<PeerPath['kind'], 'tunnel' | 'direct'>;
  /** Where packets of the other Node's Pods come in. */
  readonly fromPeer: number;
}

export const linuxKind: NodeKind = {
  name: 'Linux',
  profile: { mode: 'encap', families: ['ipv4', 'ipv6'], hostSource: 'packetMark' },
  hasUplink: false,
  path: 'tunnel',
  fromPeer: tunnelPort,
};
export const windowsKind: NodeKind = {
  name: 'Windows',
  profile: { mode: 'encap', families: ['ipv4'], hostSource: 'gatewayAddress' },
  hasUplink: true,
  path: 'tunnel',
  fromPeer: tunnelPort,
};
export const windowsDirectKind: NodeKind = {
  ...windowsKind,
  name: 'Windows, without a tunnel between them',
  profile: { ...windowsKind.profile, mode: 'noEncap' },
  path: 'direct',
  fromPeer: uplinkPort,
};

/** Pod CIDRs of Node 1 or 2. */
export function podCidrsOf(number: number, { profile }: NodeKind): readonly Cidr[] {
  const cidrs = [parseCidr(`10.10.${number}.0/24`), parseCidr(`fd10:${number}::/64`)];
  return cidrs.filter(({ address }) => profile.families.includes(address.family));
}

/** What of a Node's profile its kind decides. */
export function profileOf(number: number, kind: NodeKind): Partial<NodeProfile> {
  return {
    ...kind.profile,
    ...(kind.hasUplink ? { uplink: { ofPort: uplinkPort, podCidrs: podCidrsOf(number, kind) } } : {}),
  };
}

/** MAC address of the other Node. */
export const peerMac = parseMac('0e:00:00:00:01:00');
