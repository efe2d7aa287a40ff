import { describe, expect, it } from 'vitest';
import { parseIptablesVersion, restoreTakesLock, waitTakesSeconds, type IptablesVersion } from './iptables-version.js';

describe('iptables versions', () => {
  it.each([
    ['iptables v1.8.9 (nf_tables)', '1.8.9', 'nft', true, true],
    ['iptables v1.8.9 (legacy)', '1.8.9', 'legacy', true, true],
    ['ip6tables v1.6.2', '1.6.2', 'legacy', true, true],
    ['iptables v1.6.1', '1.6.1', 'legacy', false, true],
    ['iptables v1.4.21', '1.4.21', 'legacy', false, false],
    ['iptables v1.10.0 (nf_tables)', '1.10.0', 'nft', true, true],
  ])('%s', (output, numbers, backend, restoreLocks, seconds) => {
    const version = parseIptablesVersion(output) as IptablesVersion;
    expect(version.numbers.join('.')).toBe(numbers);
    expect(version.backend).toBe(backend);
    expect(restoreTakesLock(version)).toBe(restoreLocks);
    expect(waitTakesSeconds(version)).toBe(seconds);
  });

  it('something else is none', () => {
    expect(parseIptablesVersion('command not found')).toBeUndefined();
  });
});
