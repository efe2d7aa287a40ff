import { addressBits, ipFromBytes, ipFromValue, networkOf, type Cidr, type IpAddress } from '@antrea-ts/net-types';
import { decodeBase64Into } from '../base64.js';
import { field, fields, integer, Malformed, text } from './malformed.js';

const ipv4Mapped = 0xffffn;

/** Bytes of the address that is being read; `IpAddress` keeps no bytes. */
const ipv4Bytes = new Uint8Array(4);
const ipv6Bytes = new Uint8Array(16);

/** An address in base64, of 4 or 16 bytes; 16 bytes may hold an IPv4 address, as Go keeps it. */
export function readAddress(value: unknown): IpAddress {
  const letters = text(value);
  if (decodeBase64Into(letters, ipv4Bytes)) return ipFromBytes(ipv4Bytes);
  if (!decodeBase64Into(letters, ipv6Bytes)) throw new Malformed('is no address');
  const address = ipFromBytes(ipv6Bytes);
  if (address.family === 'ipv6' && address.value >> 32n === ipv4Mapped) return ipFromValue('ipv4', address.value);
  return address;
}

const lengths = { ipv4: integer(0, addressBits('ipv4')), ipv6: integer(0, addressBits('ipv6')) } as const;

export function readCidr(value: unknown): Cidr {
  const net = fields(value);
  const address = field(net, 'ip', readAddress);
  return networkOf({ address, prefixLength: field(net, 'prefixLength', lengths[address.family]) });
}
