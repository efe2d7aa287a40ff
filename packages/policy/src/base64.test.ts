import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeBase64, encodeMappedIpv4 } from './base64.js';

it('writes an IPv4 address in 16 bytes as it writes any bytes', () => {
  fc.assert(
    fc.property(fc.nat(0xffff_ffff), (value) => {
      const bytes = new Uint8Array(16);
      const view = new DataView(bytes.buffer);
      view.setUint16(10, 0xffff);
      view.setUint32(12, value);
      expect(encodeMappedIpv4(value)).toBe(encodeBase64(bytes));
    }),
  );
});
