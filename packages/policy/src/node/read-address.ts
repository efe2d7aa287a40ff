import { addressBits, ipFromBytes, ipFromValue, networkOf, type Cidr, type IpAddress } from '@antrea-ts/net-types';
import { tryDecodeBase64 } from '../base64.js';
import { field, fields, integer, Malformed, text } from './malformed.js';

const ipv4Mapped = 0xffffn;

/** An address in base64, of 4 or 16 bytes; 16 bytes may hold an IPv4 address, as Go keeps it. */
export function readAddress(value: unknown): IpAddress {
  const bytes = tryDecodeBase64(text(value));
  if (bytes?.length !== 4 && bytes?.length !== 16) throw new Malformed('is no address');
  const address = ipFromBytes(bytes);
  if (address.family === 'ipv6' && address.value >> 32n === ipv4Mapped) return ipFromValue('ipv4', address.value);
  return address;
}

const lengths = { ipv4: integer(0, addressBits('ipv4')), ipv6: integer(0, addressBits('ipv6')) } as const;

export function readCidr(value: unknown): Cidr {
  const net = fields(value);
  const address = field(net, 'ip', readAddress);
  return networkOf({ address, prefixLength: field(net, 'prefixLength', lengths[address.family]) });
}
