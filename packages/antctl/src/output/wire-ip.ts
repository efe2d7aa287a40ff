import { formatIp, ipFromBytes, type IpAddress } from '@antrea-ts/net-types';

/** An address of the control plane (base64 of 4 or 16 bytes, an IPv4 one perhaps as `::ffff:a.b.c.d`) as text. */
export function wireIpText(base64: string): string {
  const bytes = new Uint8Array(Buffer.from(base64, 'base64'));
  // What is no address is shown as it came.
  if (bytes.length !== 4 && bytes.length !== 16) return base64;
  return formatIp(unmapped(ipFromBytes(bytes)));
}

function unmapped(address: IpAddress): IpAddress {
  if (address.family === 'ipv4' || address.value >> 32n !== 0xffffn) return address;
  return { family: 'ipv4', value: Number(address.value & 0xffff_ffffn) };
}
