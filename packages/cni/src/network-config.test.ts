import { describe, expect, it } from 'vitest';
import { parseNetworkConfig } from './network-config.js';

const base = { cniVersion: '0.4.0', name: 'antrea', type: 'antrea' };

describe('parseNetworkConfig', () => {
  it.each(['0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'])('takes version %s', (cniVersion) => {
    expect(parseNetworkConfig(JSON.stringify({ ...base, cniVersion })).version).toBe(cniVersion);
  });

  it.each([
    ['{', 6, /not JSON/],
    ['[]', 7, /the document/],
    [JSON.stringify({ ...base, cniVersion: '0.2.0' }), 1, /Unsupported CNI version \[0.2.0\]/],
    [JSON.stringify({ ...base, cniVersion: undefined }), 1, /Unsupported CNI version \[0.1.0\]/],
    [JSON.stringify({ ...base, name: undefined }), 7, /name/],
    [JSON.stringify({ ...base, mtu: 'big' }), 7, /mtu/],
    [JSON.stringify({ ...base, ipam: { type: 'dhcp' } }), 2, /ipam.type and value dhcp/],
    [JSON.stringify({ ...base, prevResult: { ips: [{ address: 7 }] } }), 7, /prevResult.ips.0.address/],
  ])('refuses %s with code %d', (text, code, message) => {
    expect(() => parseNetworkConfig(text)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  it("prefers the runtime's DNS", () => {
    const text = JSON.stringify({
      ...base,
      dns: { nameservers: ['10.0.0.1'] },
      runtimeConfig: { dns: { servers: ['10.96.0.10'], searches: ['cluster.local'] } },
    });
    expect(parseNetworkConfig(text).dns).toEqual({ nameservers: ['10.96.0.10'], search: ['cluster.local'] });
  });
});
