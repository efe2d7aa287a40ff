import { formatCidr, formatIp } from '@antrea-ts/net-types';
import { describe, expect, it } from 'vitest';
import type { Node } from './kubernetes.js';
import { nodeAddresses, podCidrsOf } from './node.js';

const withAddresses = (...rows: readonly (readonly [type: string, address: string])[]): Node => ({
  metadata: { name: 'n1' },
  status: { addresses: rows.map(([type, address]) => ({ type, address })) },
});

describe('nodeAddresses', () => {
  it.each<[string, Node, string[]]>([
    ['nothing', { metadata: { name: 'n1' } }, []],
    [
      'InternalIP before ExternalIP',
      withAddresses(['ExternalIP', '1.1.1.1'], ['InternalIP', '10.0.0.1']),
      ['10.0.0.1'],
    ],
    ['ExternalIP alone', withAddresses(['Hostname', 'n1'], ['ExternalIP', '1.1.1.1']), ['1.1.1.1']],
    ['never a mixture', withAddresses(['InternalIP', '10.0.0.1'], ['ExternalIP', '2001:db8::1']), ['10.0.0.1']],
    ['the last of each family', withAddresses(['InternalIP', '10.0.0.1'], ['InternalIP', '10.0.0.2']), ['10.0.0.2']],
    ['IPv4 first', withAddresses(['InternalIP', 'fd00::1'], ['InternalIP', '10.0.0.1']), ['10.0.0.1', 'fd00::1']],
    ['no nonsense', withAddresses(['InternalIP', '10.0.0.1'], ['InternalIP', 'n1.local']), ['10.0.0.1']],
  ])('%s', (_, node, addresses) => expect(nodeAddresses(node).map(formatIp)).toEqual(addresses));
});

describe('podCidrsOf', () => {
  it.each<[string, NonNullable<Node['spec']>, string[]]>([
    ['nothing', {}, []],
    ['podCIDR where podCIDRs is empty', { podCIDR: '10.10.0.0/24', podCIDRs: [] }, ['10.10.0.0/24']],
    ['podCIDRs before podCIDR', { podCIDR: '10.9.0.0/24', podCIDRs: ['10.10.0.0/24'] }, ['10.10.0.0/24']],
    [
      'the first of each family',
      { podCIDRs: ['fd00::/64', '10.1.0.0/24', '10.2.0.0/24'] },
      ['10.1.0.0/24', 'fd00::/64'],
    ],
    ['no nonsense', { podCIDRs: ['none', '10.1.0.0/24'] }, ['10.1.0.0/24']],
  ])('%s', (_, spec, cidrs) => expect(podCidrsOf({ metadata: { name: 'n1' }, spec }).map(formatCidr)).toEqual(cidrs));
});
