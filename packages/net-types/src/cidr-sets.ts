import { cidrContainsCidr, cidrsOverlap, type Cidr } from './cidr.js';
import { NetTypesError } from './errors.js';
import { formatIp } from './ip-text.js';
import { addressBits, compareIp, ipFromValue, type IpAddress } from './ip.js';

/**
 * What is left of a network without the excepted ones: the fewest networks that cover it, in ascending order. An
 * except that is outside, of the other family or inside another one changes nothing (`ipBlock.except` of a policy).
 */
export function excludeCidrs(cidr: Cidr, excepts: readonly Cidr[]): Cidr[] {
  const relevant = excepts.filter((except) => cidrsOverlap(cidr, except));
  if (relevant.length === 0) return [cidr];
  if (relevant.some((except) => cidrContainsCidr(except, cidr))) return [];
  return halvesOf(cidr).flatMap((half) => excludeCidrs(half, relevant));
}

function halvesOf({ address, prefixLength }: Cidr): readonly [Cidr, Cidr] {
  const length = prefixLength + 1;
  const middle = BigInt(address.value) + (1n << BigInt(addressBits(address.family) - length));
  return [
    { address, prefixLength: length },
    { address: ipFromValue(address.family, middle), prefixLength: length },
  ];
}

/**
 * The fewest networks that cover all addresses from `first` to `last`, both included, in ascending order. Throws
 * `invalid-range` for mixed families or a last address before the first.
 */
export function rangeToPrefixes(first: IpAddress, last: IpAddress): Cidr[] {
  if (first.family !== last.family || compareIp(first, last) > 0) {
    throw new NetTypesError('invalid-range', `${formatIp(first)} to ${formatIp(last)} is not a range of addresses`);
  }
  const bits = addressBits(first.family);
  const end = BigInt(last.value);
  const cidrs: Cidr[] = [];
  for (let start = BigInt(first.value); start <= end;) {
    const hostBits = largestBlock(start, end, bits);
    cidrs.push({ address: ipFromValue(first.family, start), prefixLength: bits - hostBits });
    start += 1n << BigInt(hostBits);
  }
  return cidrs;
}

/** Host bits of the largest aligned block that begins at `start` and does not pass `end`. */
function largestBlock(start: bigint, end: bigint, bits: number): number {
  let hostBits = 0;
  while (hostBits < bits) {
    const size = 1n << BigInt(hostBits + 1);
    if ((start & (size - 1n)) !== 0n || start + size - 1n > end) break;
    hostBits += 1;
  }
  return hostBits;
}
