/** IP protocols by the names Kubernetes and its users write; numbers as IANA assigns them. */
export const ipProtocols = { ICMP: 1, TCP: 6, UDP: 17, ICMPv6: 58, SCTP: 132 } as const;

export type IpProtocolName = keyof typeof ipProtocols;

const names = new Map<number, IpProtocolName>(
  Object.entries(ipProtocols).map(([name, number]) => [number, name as IpProtocolName]),
);
const numbers = new Map<string, number>(
  Object.entries(ipProtocols).map(([name, number]) => [name.toLowerCase(), number]),
);

/** The number of a protocol, whatever the case of its name; undefined for a name not listed. */
export function protocolNumber(name: string): number | undefined {
  return numbers.get(name.toLowerCase());
}

/** The name of a protocol; undefined for a number not listed. */
export function protocolName(number: number): IpProtocolName | undefined {
  return names.get(number);
}
