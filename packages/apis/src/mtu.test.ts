import { expect, test } from 'vitest';
import { podMtu, type MtuFacts } from './mtu.js';

const facts: MtuFacts = {
  configured: 0,
  interfaceMtu: 1500,
  encap: true,
  tunnelType: 'geneve',
  encryption: 'none',
  nodeHasIpv6: false,
};

test.each<[string, Partial<MtuFacts>, number]>([
  ['geneve', {}, 1450],
  ['geneve, IPv6', { nodeHasIpv6: true }, 1430],
  ['vxlan', { tunnelType: 'vxlan' }, 1450],
  ['gre', { tunnelType: 'gre' }, 1462],
  ['gre, IPv6', { tunnelType: 'gre', nodeHasIpv6: true }, 1442],
  ['stt', { tunnelType: 'stt' }, 1500],
  ['stt, IPv6', { tunnelType: 'stt', nodeHasIpv6: true }, 1480],
  ['geneve, IPsec', { encryption: 'ipsec' }, 1412],
  ['gre, IPsec', { tunnelType: 'gre', encryption: 'ipsec' }, 1424],
  ['no encapsulation', { encap: false, nodeHasIpv6: true }, 1500],
  ['WireGuard: what its interface takes', { encryption: 'wireGuard' }, 1420],
  ['WireGuard, IPv6', { encryption: 'wireGuard', nodeHasIpv6: true }, 1420],
  ['jumbo frames', { interfaceMtu: 9000 }, 8950],
  ['configured', { configured: 1400, encryption: 'ipsec' }, 1400],
])('MTU of Pods: %s', (_, change, mtu) => expect(podMtu({ ...facts, ...change })).toBe(mtu));
