import { randomBytes } from 'node:crypto';
import { macFromBytes, type MacAddress } from '@antrea-ts/net-types';

/** A unicast, locally administered address. */
export function randomMac(): MacAddress {
  const bytes = new Uint8Array(randomBytes(6));
  bytes[0] = ((bytes[0] ?? 0) & 0xfc) | 0x02;
  return macFromBytes(bytes);
}
