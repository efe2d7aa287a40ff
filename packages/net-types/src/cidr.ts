import { NetTypesError } from './errors.js';
import { formatIp, tryParseIp } from './ip-text.js';
import { addressBits, addToIp, compareIp, ipEquals, type IpAddress, type IpFamily } from './ip.js';

/** A network: the bits beyond the prefix are zero. */
export interface Cidr {
  readonly address: IpAddress;
  readonly prefixLength: number;
}

/** An address of an interface with the length of its subnet's prefix: the bits beyond the prefix stay. */
export interface InterfaceAddress {
  readonly address: IpAddress;
  readonly prefixLength: number;
}

/** Parses `address/length` as a network; host bits are cleared, or with `strict` refused. */
export function parseCidr(text: string, options: { readonly strict?: boolean } = {}): Cidr {
  const parsed = splitPrefix(text);
  if (!parsed) throw new NetTypesError('invalid-cidr', `"${text}" is not a CIDR`);
  const network = networkOf(parsed);
  if (options.strict && !ipEquals(network.address, parsed.address)) {
    throw new NetTypesError(
      'invalid-cidr',
      `"${text}" has bits set beyond its prefix; did you mean ${formatCidr(network)}?`,
    );
  }
  return network;
}

/** As `parseCidr`; undefined for text that is no CIDR. */
export function tryParseCidr(text: string): Cidr | undefined {
  const parsed = splitPrefix(text);
  return parsed && networkOf(parsed);
}

/** Parses `address/length` as an interface's address: host bits stay. */
export function parseInterfaceAddress(text: string): InterfaceAddress {
  const parsed = splitPrefix(text);
  if (!parsed) throw new NetTypesError('invalid-cidr', `"${text}" is not an address with a prefix length`);
  return parsed;
}

function splitPrefix(text: string): InterfaceAddress | undefined {
  const slash = text.lastIndexOf('/');
  if (slash < 0) return undefined;
  const address = tryParseIp(text.slice(0, slash));
  const length = text.slice(slash + 1);
  if (!address || !/^(0|[1-9]\d{0,2})$/.test(length)) return undefined;
  const prefixLength = Number(length);
  return prefixLength <= addressBits(address.family) ? { address, prefixLength } : undefined;
}

/** Canonical text, also the key of a network in maps. */
export function formatCidr({ address, prefixLength }: Cidr): string {
  return `${formatIp(address)}/${prefixLength}`;
}

export function formatInterfaceAddress(address: InterfaceAddress): string {
  return formatCidr(address);
}

/** The mask of a prefix as an integer of the family's width. */
export function prefixMask(family: IpFamily, prefixLength: number): number | bigint {
  if (family === 'ipv4') return prefixLength === 0 ? 0 : (0xffff_ffff << (32 - prefixLength)) >>> 0;
  return allOnes ^ ((1n << BigInt(128 - prefixLength)) - 1n);
}

const allOnes = (1n << 128n) - 1n;

/** The network that an address with a prefix is in. */
export function networkOf({ address, prefixLength }: InterfaceAddress): Cidr {
  return { address: masked(address, prefixLength), prefixLength };
}

function masked(address: IpAddress, prefixLength: number): IpAddress {
  if (address.family === 'ipv4') {
    return { family: 'ipv4', value: (address.value & (prefixMask('ipv4', prefixLength) as number)) >>> 0 };
  }
  return { family: 'ipv6', value: address.value & (prefixMask('ipv6', prefixLength) as bigint) };
}

/** Whether an address is in a network; never across families. */
export function cidrContains(cidr: Cidr, address: IpAddress): boolean {
  return address.family === cidr.address.family && ipEquals(masked(address, cidr.prefixLength), cidr.address);
}

/** Whether some address is in both networks. */
export function cidrsOverlap(a: Cidr, b: Cidr): boolean {
  return a.prefixLength <= b.prefixLength ? cidrContains(a, b.address) : cidrContains(b, a.address);
}

/** Whether the first network holds all of the second; a network holds itself. */
export function cidrContainsCidr(outer: Cidr, inner: Cidr): boolean {
  return outer.prefixLength <= inner.prefixLength && cidrContains(outer, inner.address);
}

export function cidrEquals(a: Cidr, b: Cidr): boolean {
  return a.prefixLength === b.prefixLength && ipEquals(a.address, b.address);
}

/** By address, then the larger network first. */
export function compareCidr(a: Cidr, b: Cidr): number {
  return compareIp(a.address, b.address) || a.prefixLength - b.prefixLength;
}

/** The first address of a Pod CIDR, which its Node's gateway has. */
export function gatewayOf(cidr: Cidr): IpAddress {
  return addToIp(networkOf(cidr).address, 1);
}
