export type IpFamily = 'ipv4' | 'ipv6';
/** An IPv4 address as an unsigned 32-bit integer. */
export interface Ipv4Address {
  readonly family: 'ipv4';
  readonly value: number;
}
/** An IPv6 address as an unsigned 128-bit integer. */
export interface Ipv6Address {
  readonly family: 'ipv6';
  readonly value: bigint;
}
export type IpAddress = Ipv4Address | Ipv6Address;
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
/** A MAC address in canonical text: lower case, colons. */
export type MacAddress = string & { readonly __brand: 'MacAddress' };
