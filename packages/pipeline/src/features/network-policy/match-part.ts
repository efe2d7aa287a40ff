import { keyMaker, matchKey, type FieldMatch } from '@antrea-ts/openflow';
import { addressBits, prefixMask, type Cidr, type IpAddress, type IpFamily } from '@antrea-ts/net-types';
import { ofFamily } from '../../flow-builder.js';

/** Which end of a packet a clause of a rule is about. */
export type PacketEnd = 'source' | 'destination';

/** One way in which a clause of a rule can be met, with its key as `matchKey` writes it. */
export interface MatchPart {
  readonly key: string;
  readonly match: readonly FieldMatch[];
}

const families = { ipv4: ofFamily('ipv4'), ipv6: ofFamily('ipv6') } as const;
const familyKeys = { ipv4: matchKey([families.ipv4]), ipv6: matchKey([families.ipv6]) } as const;
const fields = {
  ipv4: { source: 'nw_src', destination: 'nw_dst' },
  ipv6: { source: 'ipv6_src', destination: 'ipv6_dst' },
} as const;
const keyMakers = {
  ipv4: { source: keyMaker([families.ipv4], 'nw_src'), destination: keyMaker([families.ipv4], 'nw_dst') },
  ipv6: { source: keyMaker([families.ipv6], 'ipv6_src'), destination: keyMaker([families.ipv6], 'ipv6_dst') },
} as const;

/**
 * Packets from or to one address. Keys are not made by `matchKey`, because rules come with thousands of addresses; a test
 * holds both together.
 */
export function addressPart({ family, value }: IpAddress, end: PacketEnd): MatchPart {
  const field = fields[family][end];
  return { key: keyMakers[family][end](value), match: [families[family], { field, value }] };
}

/** Packets from or to a network; a network of one address is that address, one of all addresses is the family. */
export function cidrPart({ address, prefixLength }: Cidr, end: PacketEnd): MatchPart {
  const { family, value } = address;
  if (prefixLength === addressBits(family)) return addressPart(address, end);
  if (prefixLength === 0) return { key: familyKeys[family], match: [families[family]] };
  const mask = prefixMask(family, prefixLength);
  const field = fields[family][end];
  return { key: keyMakers[family][end](value, mask), match: [families[family], { field, value, mask }] };
}

/** Packets that leave by a port. */
export function targetPortPart(ofPort: number): MatchPart {
  return partOf([{ field: 'reg1', value: ofPort }]);
}

/** Packets of a protocol, to ports that equal `port.value` in the bits of `port.mask`. */
export function servicePart(
  family: IpFamily,
  protocol: number,
  port: { readonly value: number; readonly mask: number } | undefined,
): MatchPart {
  const match: FieldMatch[] = [families[family], { field: 'nw_proto', value: protocol }];
  // Bits of no port: the protocol alone.
  if (port === undefined || port.mask === 0) return partOf(match);
  const whole = port.mask === 0xffff;
  return partOf([...match, { field: 'tp_dst', value: port.value, ...(whole ? {} : { mask: port.mask }) }]);
}

function partOf(match: readonly FieldMatch[]): MatchPart {
  return { key: matchKey(match), match };
}
