import { describe, expect, it } from 'vitest';
import { compareKernelVersions, isKernelAtLeast, tryParseKernelVersion, type KernelVersion } from './kernel-version.js';

const parse = (text: string) => tryParseKernelVersion(text) as KernelVersion;

describe('kernel versions', () => {
  it.each([
    ['5.10.0-28-amd64', '5.10.0'], // Debian
    ['6.1.0-18-cloud-amd64', '6.1.0'],
    ['5.15.0-91-generic', '5.15.0'], // Ubuntu
    ['6.2.0-1018-aws', '6.2.0'],
    ['3.10.0-1160.el7.x86_64', '3.10.0'], // CentOS and RHEL 7
    ['3.10.0-1160.108.1.el7.x86_64', '3.10.0'],
    ['4.18.0-372.9.1.el8.x86_64', '4.18.0'], // RHEL 8
    ['4.18.0-193.28.1.el8_2.x86_64', '4.18.0'],
    ['5.14.0-362.8.1.el9_3.x86_64', '5.14.0'], // RHEL 9
    ['4.14.336-256.559.amzn2.x86_64', '4.14.336'], // Amazon Linux
    ['6.1.72-96.166.amzn2023.x86_64', '6.1.72'],
    ['5.4.17-2136.326.6.el8uek.x86_64', '5.4.17'], // Oracle
    ['6.5.13-200.fc38.x86_64', '6.5.13'], // Fedora
    ['5.15.153.1-microsoft-standard-WSL2', '5.15.153'],
    ['4.19.112+', '4.19.112'], // GKE
    ['5.10.0-rc7', '5.10.0'],
    ['6.8-next', '6.8.0'],
    ['6.18.44-fc-v657', '6.18.44'],
    ['5.3.18-150300.59.93-default', '5.3.18'], // SUSE
    ['  5.4.0\n', '5.4.0'],
  ])('%s is %s', (text, expected) => {
    const { major, minor, patch } = tryParseKernelVersion(text) as KernelVersion;
    expect(`${major}.${minor}.${patch}`).toBe(expected);
  });

  it.each(['', 'linux', '5', 'v5.10', '5.x', '.5.10'])('"%s" is none', (text) => {
    expect(tryParseKernelVersion(text)).toBeUndefined();
  });

  it('compares numbers, not text', () => {
    expect(compareKernelVersions(parse('4.18.0-372.9.1.el8.x86_64'), parse('4.4.0'))).toBeGreaterThan(0);
    expect(compareKernelVersions(parse('4.18.0-1'), parse('4.18.0-2'))).toBe(0);
    expect(compareKernelVersions(parse('3.10.0'), parse('3.9.99'))).toBeGreaterThan(0);
    expect(isKernelAtLeast('4.18.0-372.9.1.el8.x86_64', { major: 4, minor: 18 })).toBe(true);
    expect(isKernelAtLeast('4.17.19', { major: 4, minor: 18 })).toBe(false);
    expect(isKernelAtLeast('unknown', { major: 2, minor: 6 })).toBe(false);
  });
});
