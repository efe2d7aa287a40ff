import { describe, expect, it } from 'vitest';
import { cidrsOverlap, parseCidr, parseIp } from '@antrea-ts/net-types';
import { maxNodes } from '../options.js';
import { planAddresses, urlHost } from './addresses.js';

describe('planAddresses', () => {
  it('numbers the Nodes of both families alike, IPv4 first', () => {
    expect(planAddresses({ nodes: 3, ip: 'dual' }).nodes[2]).toEqual({
      name: 'node-3',
      os: 'linux',
      addresses: ['192.168.77.13', 'fd77::13'],
      podCidrs: ['10.10.3.0/24', 'fd10:10:3::/64'],
      subnet: { bridge: 'br0', routers: ['192.168.77.1', 'fd77::1'] },
      transportAddresses: [],
    });
    expect(planAddresses({ nodes: 1, ip: 'dual', transportInterface: true }).nodes[0]?.transportAddresses).toEqual([
      '192.168.78.11/24',
      'fd78::11/64',
    ]);
  });

  it.each([
    ['v4', ['ipv4']],
    ['v6', ['ipv6']],
    ['dual', ['ipv4', 'ipv6']],
  ] as const)('%s has families %j and no others', (ip, families) => {
    const plan = planAddresses({ nodes: 1, ip });
    expect(plan.families.map(({ family }) => family)).toEqual(families);
    expect(plan.nodes[0]!.addresses).toHaveLength(families.length);
  });

  it('places Nodes in subnets by turns, none of them the second underlay', () => {
    const plan = planAddresses({ nodes: 4, ip: 'dual', subnets: 3 });
    expect(plan.nodes.map(({ addresses }) => addresses)).toEqual([
      ['192.168.77.11', 'fd77::11'],
      ['192.168.79.12', 'fd79::12'],
      ['192.168.80.13', 'fd80::13'],
      ['192.168.77.14', 'fd77::14'],
    ]);
    expect(plan.nodes[1]?.subnet).toEqual({ bridge: 'br-subnet2', routers: ['192.168.79.1', 'fd79::1'] });
  });

  it.each([
    ['encap', false],
    ['hybrid', false],
    ['noEncap', true],
    ['networkPolicyOnly', true],
  ] as const)('%s: the router knows the way to Pods: %s', (mode, expected) => {
    expect(planAddresses({ nodes: 1, ip: 'v4', mode }).routesPods).toBe(expected);
  });

  it('gives the largest lab valid addresses, and networks that do not overlap', () => {
    const plan = planAddresses({ nodes: maxNodes, ip: 'dual' });
    for (const address of plan.nodes.flatMap(({ addresses }) => addresses))
      expect(() => parseIp(address)).not.toThrow();
    expect(new Set(plan.nodes.flatMap(({ addresses }) => addresses)).size).toBe(2 * maxNodes);
    const networks = [
      ...plan.nodes.flatMap(({ podCidrs }) => podCidrs),
      ...plan.families.flatMap(({ outsideCidr, serviceCidr }) => [outsideCidr, serviceCidr]),
      '192.168.77.0/24',
      'fd77::/64',
    ].map((text) => parseCidr(text));
    const overlapping = networks.filter((cidr, index) =>
      networks.slice(index + 1).some((other) => cidrsOverlap(cidr, other)),
    );
    expect(overlapping).toEqual([]);
  });
});

it('Windows Nodes come after the others, and have IPv4 only', () => {
  const { nodes } = planAddresses({ nodes: 2, ip: 'dual', windowsNodes: 1 });
  expect(nodes.map(({ name, os }) => [name, os])).toEqual([
    ['node-1', 'linux'],
    ['node-2', 'linux'],
    ['win-1', 'windows'],
  ]);
  expect(nodes[2]).toMatchObject({ addresses: ['192.168.77.13'], podCidrs: ['10.10.3.0/24'] });
});

it('urlHost puts IPv6 into brackets', () => {
  expect([urlHost('fd77::1'), urlHost('192.168.77.1')]).toEqual(['[fd77::1]', '192.168.77.1']);
});
