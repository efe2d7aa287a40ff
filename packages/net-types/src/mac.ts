import { NetTypesError } from './errors.js';

/** A MAC address in canonical text: lower case, colons. */
export type MacAddress = string & { readonly __brand: 'MacAddress' };

const pattern = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/;

/** Parses six hex pairs between colons or dashes. Throws `NetTypesError`. */
export function parseMac(text: string): MacAddress {
  const mac = tryParseMac(text);
  if (mac === undefined) throw new NetTypesError('invalid-mac', `"${text}" is not a MAC address`);
  return mac;
}

export function tryParseMac(text: string): MacAddress | undefined {
  const canonical = text.toLowerCase().replaceAll('-', ':');
  return pattern.test(canonical) ? (canonical as MacAddress) : undefined;
}

/** The address as an unsigned 48-bit integer. */
export function macToNumber(mac: MacAddress): number {
  return Number.parseInt(mac.replaceAll(':', ''), 16);
}

export function macFromNumber(value: number): MacAddress {
  const hex = value.toString(16).padStart(12, '0');
  return parseMac((hex.match(/../g) ?? []).join(':'));
}

export function macToBytes(mac: MacAddress): Uint8Array {
  return Uint8Array.from(mac.split(':'), (pair) => Number.parseInt(pair, 16));
}

/** The address in six bytes. Throws for any other length. */
export function macFromBytes(bytes: Uint8Array): MacAddress {
  return parseMac(Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':'));
}
