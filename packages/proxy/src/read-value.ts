import {
  formatIp,
  isLinkLocal,
  isLoopback,
  isMulticast,
  isUnspecified,
  tryParseIp,
  type IpAddress,
  type IpFamily,
} from '@antrea-ts/net-types';
import type { Problem, ServiceProtocol } from './service-port.js';

/** An address in canonical text, with its family. */
export interface AddressText {
  readonly address: string;
  readonly family: IpFamily;
}

/** Gathers what is wrong with an object while it is read. */
export class Problems {
  readonly found: Problem[] = [];

  add(field: string, text: string): undefined {
    this.found.push({ field, text });
    return undefined;
  }
}

/** Objects come from the network: whatever their type says, a field may hold anything. */
export function listOf<T>(value: readonly T[] | null | undefined): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]).filter((item) => item !== null && item !== undefined) : [];
}

export function readAddress(value: unknown, field: string, problems: Problems): AddressText | undefined {
  const address = typeof value === 'string' ? tryParseIp(value) : undefined;
  if (address === undefined) {
    return problems.add(field, `${JSON.stringify(value)} is no IP address and is left out`);
  }
  const kind = unusable(address);
  if (kind !== undefined) return problems.add(field, `${formatIp(address)} is ${kind} and is left out`);
  return { address: formatIp(address), family: address.family };
}

/** Addresses that mean something else on every machine; all others may be an Endpoint's, in the cluster or beyond. */
function unusable(address: IpAddress): string | undefined {
  if (isLoopback(address)) return 'a loopback address';
  if (isUnspecified(address)) return 'the unspecified address';
  if (isMulticast(address)) return 'a multicast address';
  return isLinkLocal(address) ? 'a link-local address' : undefined;
}

export function readPort(value: unknown, field: string, problems: Problems): number | undefined {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535) return value;
  return problems.add(field, `${JSON.stringify(value) ?? 'nothing'} is no port; give a number from 1 to 65535`);
}

const protocols: readonly unknown[] = ['TCP', 'UDP', 'SCTP'] satisfies ServiceProtocol[];

export function readProtocol(value: unknown, field: string, problems: Problems): ServiceProtocol | undefined {
  if (value === undefined || value === null) return 'TCP';
  if (protocols.includes(value)) return value as ServiceProtocol;
  return problems.add(field, `${JSON.stringify(value)} is no protocol of Services; give TCP, UDP or SCTP`);
}
