import { describe, expect, it } from 'vitest';
import { parseSavedSet } from './pod-ip-set.js';

const ipv4 = { name: 'ANTREA-POD-IP', family: 'ipv4' } as const;
const ipv6 = { name: 'ANTREA-POD-IP6', family: 'ipv6' } as const;

describe('saved sets', () => {
  it('members in canonical text', () => {
    const saved = `create ANTREA-POD-IP hash:net family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x36210cf9
add ANTREA-POD-IP 10.0.0.0/24
add ANTREA-POD-IP 10.1.1.1
`;
    expect([...parseSavedSet(ipv4, saved)]).toEqual(['10.0.0.0/24', '10.1.1.1/32']);
  });

  it('IPv6', () => {
    const saved = 'create ANTREA-POD-IP6 hash:net family inet6 hashsize 1024\nadd ANTREA-POD-IP6 fd00:10::/64\n';
    expect([...parseSavedSet(ipv6, saved)]).toEqual(['fd00:10::/64']);
  });

  it.each([
    'create ANTREA-POD-IP hash:ip family inet hashsize 1024',
    'create ANTREA-POD-IP hash:net family inet6 hashsize 1024',
  ])('refuses %s', (saved) => {
    expect(() => parseSavedSet(ipv4, saved)).toThrow(expect.objectContaining({ code: 'foreign-state' }));
  });
});
