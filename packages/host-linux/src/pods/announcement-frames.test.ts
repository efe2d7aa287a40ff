import { describe, expect, it } from 'vitest';
import { parseIp, parseMac, type Ipv4Address, type Ipv6Address } from '@antrea-ts/net-types';
import { gratuitousArp, unsolicitedAdvertisement } from './announcement-frames.js';

const mac = parseMac('0a:00:00:00:00:05');
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('announcements', () => {
  it('gratuitous ARP', () => {
    expect(hex(gratuitousArp(mac, parseIp('10.10.0.5') as Ipv4Address))).toBe(
      'ffffffffffff0a0000000005080600010800060400010a00000000050a0a00050000000000000a0a0005',
    );
  });

  it('unsolicited neighbour advertisement, with a checksum that adds up', () => {
    const frame = unsolicitedAdvertisement(mac, parseIp('fd00:10::5') as Ipv6Address);
    expect(hex(frame)).toMatch(
      /^3333000000010a000000000586dd6000000000203afffd000010{1}.{24}ff02.{28}8800.{4}20000000fd000010.{24}02010a0000000005$/,
    );
    // Over pseudo header and message, the sum including the checksum is all ones.
    const view = new DataView(frame.buffer, frame.byteOffset);
    let sum = frame.length - 54 + 58;
    for (let offset = 22; offset < frame.length; offset += 2) sum += view.getUint16(offset);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
    expect(sum).toBe(0xffff);
  });
});
