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

/** As `parseMac`; undefined for text that is no MAC address. */
export function tryParseMac(text: string): MacAddress | undefined {
  const canonical = text.toLowerCase().replaceAll('-', ':');
  return pattern.test(canonical) ? (canonical as MacAddress) : undefined;
}

/** The address as an unsigned 48-bit integer. */
export function macToNumber(mac: MacAddress): number {
  return Number.parseInt(mac.replaceAll(':', ''), 16);
}

/** The address of an unsigned 48-bit integer. Throws for any other number. */
export function macFromNumber(value: number): MacAddress {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** 48) {
    throw new NetTypesError('invalid-mac', `${value} is not a MAC address: not an integer of 48 bits`);
  }
  const hex = value.toString(16).padStart(12, '0');
  return hex.replace(/..(?=.)/g, '$&:') as MacAddress;
}

/** The address as six bytes. */
export function macToBytes(mac: MacAddress): Uint8Array {
  return Uint8Array.from(mac.split(':'), (pair) => Number.parseInt(pair, 16));
}

/** The address in six bytes. Throws for any other length. */
export function macFromBytes(bytes: Uint8Array): MacAddress {
  return parseMac(Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':'));
}

/** Whether frames to this address go to many stations; the broadcast address is one of them. */
export function isMulticastMac(mac: MacAddress): boolean {
  return (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;
}
