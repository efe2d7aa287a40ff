import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { formatCidr, formatIp } from '@antrea-ts/net-types';
import { expect, test } from 'vitest';
import { agentFeatureGates, nodeAddresses, podCidrsOf, podInterfaceName, podMtu, type Node } from './index.js';

const file = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

test('the example of the README does what it says', () => {
  // README example: begin
  const node: Node = {
    metadata: { name: 'node1' },
    spec: { podCIDRs: ['10.10.1.0/24', 'fd00:10:1::/64'] },
    status: { addresses: [{ type: 'InternalIP', address: '192.168.77.100' }] },
  };
  const addresses = nodeAddresses(node).map(formatIp); // 192.168.77.100
  const cidrs = podCidrsOf(node).map(formatCidr); // 10.10.1.0/24, fd00:10:1::/64

  const sha1Hex = (text: string): string => createHash('sha1').update(text).digest('hex');
  const port = podInterfaceName('coredns-5dd5756b68', 'abc', sha1Hex); // coredns--a9993e

  const mtu = podMtu({
    configured: 0,
    interfaceMtu: 1500,
    encap: true,
    tunnelType: 'geneve',
    encryption: 'none',
    nodeHasIpv6: false,
  }); // 1450
  const egressByDefault = agentFeatureGates.Egress.default; // false
  // README example: end
  expect({ addresses, cidrs, port, mtu, egressByDefault }).toEqual({
    addresses: ['192.168.77.100'],
    cidrs: ['10.10.1.0/24', 'fd00:10:1::/64'],
    port: 'coredns--a9993e',
    mtu: 1450,
    egressByDefault: false,
  });

  const source = file('./readme.test.ts')
    .split(/ *\/\/ README example: (?:begin|end)\n/)[1]!
    .replace(/^ {2}/gm, '');
  expect(file('../README.md')).toContain(source.trim());
});
