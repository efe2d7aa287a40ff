import { addressBits, ipFromBytes, ipFromValue, networkOf, type Cidr, type IpAddress } from '@antrea-ts/net-types';
import { tryDecodeBase64 } from '../base64.js';
import { integerOf, Malformed, recordOf, textOf } from './malformed.js';

const ipv4Mapped = 0xffffn;

/** An address in base64, of 4 or 16 bytes; 16 bytes may hold an IPv4 address, as Go keeps it. */
export function readAddress(value: unknown, what: string): IpAddress {
  const bytes = tryDecodeBase64(textOf(value, what));
  if (bytes === undefined || (bytes.length !== 4 && bytes.length !== 16)) throw new Malformed(`${what} is no address`);
  const address = ipFromBytes(bytes);
  if (address.family === 'ipv6' && address.value >> 32n === ipv4Mapped) return ipFromValue('ipv4', address.value);
  return address;
}

export function readCidr(value: unknown, what: string): Cidr {
  const { ip, prefixLength } = recordOf(value, what);
  const address = readAddress(ip, `${what}.ip`);
  const length = integerOf(prefixLength, `${what}.prefixLength`, 0, addressBits(address.family));
  return networkOf({ address, prefixLength: length });
}
