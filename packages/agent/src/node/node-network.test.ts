import type { Node } from '@antrea-ts/apis';
import type { HostInterface } from '@antrea-ts/host';
import { formatCidr, formatInterfaceAddress, parseInterfaceAddress, parseMac } from '@antrea-ts/net-types';
import { describe, expect, it } from 'vitest';
import { discoverNodeNetwork } from './node-network.js';

const options = {
  transportInterface: '',
  trafficEncapMode: 'encap',
  tunnelType: 'geneve',
  trafficEncryptionMode: 'none',
  defaultMTU: 0,
  hostGateway: 'antrea-gw0',
} as const;

function nic(name: string, addresses: readonly string[], mtu = 1500): HostInterface {
  const mac = parseMac('0e:00:00:00:00:01');
  return { name, index: 2, mac, mtu, up: true, addresses: addresses.map((text) => parseInterfaceAddress(text)) };
}

function node(addresses: readonly [string, string][], podCIDRs: readonly string[] = ['10.10.1.0/24']): Node {
  return {
    metadata: { name: 'n1' },
    spec: { podCIDRs },
    status: { addresses: addresses.map(([type, address]) => ({ type, address })) },
  };
}

const internal = node([['InternalIP', '192.168.1.11']]);
const dual = node(
  [
    ['InternalIP', '192.168.1.11'],
    ['InternalIP', 'fd00::11'],
  ],
  ['fd10::/64', '10.10.1.0/24'],
);
const eth0 = nic('eth0', ['192.168.1.11/24', 'fd00::11/64']);

describe('discoverNodeNetwork', () => {
  it('finds the interface, the addresses, the families and the MTU', () => {
    const found = discoverNodeNetwork(dual, [nic('lo', ['127.0.0.1/8']), eth0], options);
    expect(found.transportInterface.name).toBe('eth0');
    expect(found.transportAddresses.map(formatInterfaceAddress)).toEqual(['192.168.1.11/24', 'fd00::11/64']);
    expect(found.podCidrs.map(formatCidr)).toEqual(['10.10.1.0/24', 'fd10::/64']);
    expect(found.families).toEqual(['ipv4', 'ipv6']);
    // 1500 less Geneve over IPv6.
    expect(found.mtu).toBe(1430);
    expect(found.gatewayAddresses.map(formatInterfaceAddress)).toEqual(['10.10.1.1/24', 'fd10::1/64']);
  });

  it('takes external addresses where there are no internal ones', () => {
    const found = discoverNodeNetwork(node([['ExternalIP', '192.168.1.11']]), [eth0], options);
    expect(found.transportInterface.name).toBe('eth0');
  });

  it('uses the transport interface that was chosen, with its own addresses', () => {
    const eth1 = nic('eth1', ['fe80::1/64', '192.168.2.11/24', '192.168.2.12/24'], 9000);
    const found = discoverNodeNetwork(internal, [eth0, eth1], { ...options, transportInterface: 'eth1' });
    expect(found.transportAddresses.map(formatInterfaceAddress)).toEqual(['192.168.2.11/24']);
    expect(found.mtu).toBe(8950);
  });

  it('networkPolicyOnly: needs no Pod CIDR; families and gateway are those of the Node', () => {
    const mode = { ...options, trafficEncapMode: 'networkPolicyOnly' } as const;
    const bare = { ...dual, spec: {} };
    // After a restart the gateway has the Node's addresses too.
    const gateway = nic('antrea-gw0', ['192.168.1.11/32', 'fd00::11/128']);
    const found = discoverNodeNetwork(bare, [gateway, eth0], mode);
    expect(found.transportInterface.name).toBe('eth0');
    expect(found.podCidrs).toEqual([]);
    expect(found.families).toEqual(['ipv4', 'ipv6']);
    expect(found.gatewayAddresses.map(formatInterfaceAddress)).toEqual(['192.168.1.11/32', 'fd00::11/128']);
    expect(found.mtu).toBe(1500);
    const alone = discoverNodeNetwork({ ...internal, spec: {} }, [eth0], mode);
    expect(alone.families).toEqual(['ipv4']);
  });

  it('encap: a transport interface of one family carries the Pods of both', () => {
    const eth1 = nic('eth1', ['192.168.2.11/24']);
    const found = discoverNodeNetwork(dual, [eth0, eth1], { ...options, transportInterface: 'eth1' });
    expect(found.transportAddresses.map(formatInterfaceAddress)).toEqual(['192.168.2.11/24']);
  });

  it.each([
    ['no address', node([['Hostname', 'n1']]), [eth0], {}, /status\.addresses has no InternalIP/],
    [
      'an address that no interface has',
      internal,
      [nic('eth0', ['10.0.0.1/24'])],
      {},
      /no interface .* 192\.168\.1\.11/,
    ],
    [
      'addresses on two interfaces',
      dual,
      [nic('eth0', ['192.168.1.11/24']), nic('eth1', ['fd00::11/64'])],
      {},
      /eth0 and eth1/,
    ],
    ['no Pod CIDR', node([['InternalIP', '192.168.1.11']], []), [eth0], {}, /spec\.podCIDRs is empty/],
    [
      "a Pod CIDR with the Node's address in it",
      node([['InternalIP', '192.168.1.11']], ['192.168.0.0/16']),
      [eth0],
      {},
      /192\.168\.1\.11 is in its Pod CIDR 192\.168\.0\.0\/16 \(spec\.podCIDRs\); give the cluster a --cluster-cidr/,
    ],
    [
      'a transport interface that is not there',
      internal,
      [eth0],
      { transportInterface: 'eth9' },
      /transportInterface eth9/,
    ],
    [
      'a transport interface without address',
      internal,
      [eth0, nic('eth1', ['fe80::1/64'])],
      { transportInterface: 'eth1' },
      /no global unicast/,
    ],
    [
      'a transport interface without a family that has to be routed',
      dual,
      [eth0, nic('eth1', ['192.168.2.11/24'])],
      { transportInterface: 'eth1', trafficEncapMode: 'noEncap' as const },
      /transportInterface eth1 with trafficEncapMode noEncap: .* ipv6/,
    ],
    [
      'an MTU that IPv6 cannot live with',
      dual,
      [nic('eth0', ['192.168.1.11/24', 'fd00::11/64'], 1300)],
      {},
      /MTU 1230 .* 1280/,
    ],
  ])('refuses %s, and says what to do', (_, given, interfaces, change, message) => {
    expect(() => discoverNodeNetwork(given, interfaces, { ...options, ...change })).toThrow(message);
  });
});
