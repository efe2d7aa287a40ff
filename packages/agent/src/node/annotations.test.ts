import { parseInterfaceAddress, parseMac } from '@antrea-ts/net-types';
import { expect, it } from 'vitest';
import { nodeAnnotations } from './annotations.js';

const node = {
  transportAddresses: [parseInterfaceAddress('192.168.78.11/24'), parseInterfaceAddress('fd78::11/64')],
  transportInterface: {
    name: 'eth1',
    index: 3,
    mac: parseMac('0e:00:00:00:00:01'),
    mtu: 1500,
    up: true,
    addresses: [],
  },
};
const addresses = 'node.antrea.io/transport-addresses';
const mac = 'node.antrea.io/mac-address';

it.each([
  ['encap', '', { [addresses]: null, [mac]: null }],
  ['encap', 'eth1', { [addresses]: '192.168.78.11,fd78::11', [mac]: null }],
  ['noEncap', '', { [addresses]: null, [mac]: '0e:00:00:00:00:01' }],
  ['hybrid', 'eth1', { [addresses]: '192.168.78.11,fd78::11', [mac]: '0e:00:00:00:00:01' }],
] as const)('%s, transportInterface "%s"', (trafficEncapMode, transportInterface, expected) => {
  expect(nodeAnnotations({ trafficEncapMode, transportInterface }, node)).toEqual(expected);
});
