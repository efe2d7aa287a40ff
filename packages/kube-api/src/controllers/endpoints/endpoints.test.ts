import type { Node, Pod, Service } from 'kubernetes-types/core/v1.js';
import { describe, expect, it } from 'vitest';
import { endpointsSubsets } from './endpoints-subsets.js';
import { planSlices } from './plan-slices.js';
import { podEndpoints } from './pod-endpoints.js';
import { groupsOfMirror, groupsOfService, type SliceGroup } from './slice-groups.js';
import { withHints } from './topology-hints.js';

const service = (spec: object = {}, annotations: Record<string, string> = {}): Service => ({
  metadata: { name: 'web', namespace: 'default', annotations },
  spec: { ipFamilies: ['IPv4'], ports: [{ port: 80, targetPort: 8080, protocol: 'TCP' }], ...spec },
});

interface PodOptions {
  readonly ready?: boolean;
  readonly leaving?: boolean;
  readonly node?: string;
  readonly httpPort?: number;
  readonly phase?: string;
}

function pod(name: string, ips: readonly string[], options: PodOptions = {}): Pod {
  const { ready = true, leaving = false, node = 'node-1', httpPort = 8000, phase = 'Running' } = options;
  return {
    metadata: {
      name,
      namespace: 'default',
      uid: name,
      ...(leaving ? { deletionTimestamp: '2020-01-01T00:00:00Z' } : {}),
    },
    spec: { nodeName: node, containers: [{ name: 'main', ports: [{ name: 'http', containerPort: httpPort }] }] },
    status: {
      phase,
      podIPs: ips.map((ip) => ({ ip })),
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    },
  };
}

function node(name: string, zone?: string): Node {
  return { metadata: { name, labels: zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone } } };
}

const behind = (of: Service, pods: readonly Pod[], nodes: readonly Node[] = []): ReturnType<typeof podEndpoints> =>
  podEndpoints(of, pods, new Map(nodes.map((one) => [one.metadata?.name ?? '', one])));

const groupsOf = (of: Service, pods: readonly Pod[], nodes: readonly Node[] = []): readonly SliceGroup[] =>
  groupsOfService(of, behind(of, pods, nodes));

describe('the Endpoints of a Service', () => {
  it('are its Pods in each of its families, with their Node, zone and conditions', () => {
    const dual = service({ ipFamilies: ['IPv6', 'IPv4'] });
    const groups = groupsOf(dual, [pod('a', ['10.0.0.1', 'fd00::1']), pod('b', ['10.0.0.2'])], [node('node-1', 'z1')]);
    expect(
      groups.map(({ addressType, endpoints }) => [addressType, endpoints.map(({ addresses }) => addresses)]),
    ).toEqual([
      ['IPv6', [['fd00::1']]],
      ['IPv4', [['10.0.0.1'], ['10.0.0.2']]],
    ]);
    expect(groups[0]?.endpoints[0]).toEqual({
      addresses: ['fd00::1'],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: 'node-1',
      zone: 'z1',
      targetRef: { kind: 'Pod', namespace: 'default', name: 'a', uid: 'a' },
    });
  });

  it('have the ports that their own containers name', () => {
    const named = service({ ports: [{ name: 'web', port: 80, targetPort: 'http', protocol: 'TCP' }] });
    const pods = [pod('a', ['10.0.0.1'], { httpPort: 1 }), pod('b', ['10.0.0.2'], { httpPort: 2 })];
    expect(groupsOf(named, pods).map(({ ports }) => ports)).toEqual([
      [{ name: 'web', port: 1, protocol: 'TCP' }],
      [{ name: 'web', port: 2, protocol: 'TCP' }],
    ]);
    const absent = service({ ports: [{ port: 80, targetPort: 'none', protocol: 'TCP' }] });
    expect(groupsOf(absent, pods)).toEqual([{ addressType: 'IPv4', ports: [], endpoints: [] }]);
    expect(endpointsSubsets(absent, behind(absent, pods)).subsets).toEqual([]);
  });

  it.each([
    [{}, { ready: true, serving: true, terminating: false }],
    [{ ready: false }, { ready: false, serving: false, terminating: false }],
    [{ leaving: true }, { ready: false, serving: true, terminating: true }],
    [
      { leaving: true, ready: false },
      { ready: false, serving: false, terminating: true },
    ],
  ])('say of a Pod that is %j: %j', (options, conditions) => {
    const [group] = groupsOf(service(), [pod('a', ['10.0.0.1'], options)]);
    expect(group?.endpoints[0]?.conditions).toEqual(conditions);
    const [all] = groupsOf(service({ publishNotReadyAddresses: true }), [pod('a', ['10.0.0.1'], options)]);
    expect(all?.endpoints[0]?.conditions).toEqual({ ...conditions, ready: true });
  });

  it('are in an Endpoints object ready or not, and not at all when they leave', () => {
    const pods = [
      pod('a', ['10.0.0.2']),
      pod('b', ['10.0.0.1'], { ready: false }),
      pod('c', ['10.0.0.3'], { leaving: true }),
      pod('d', ['10.0.0.4'], { phase: 'Failed' }),
      pod('e', []),
    ];
    const { subsets } = endpointsSubsets(service(), behind(service(), pods));
    expect(subsets).toMatchObject([
      { addresses: [{ ip: '10.0.0.2' }], notReadyAddresses: [{ ip: '10.0.0.1' }], ports: [{ port: 8080 }] },
    ]);
    expect(subsets[0]?.addresses).toHaveLength(1);
    const many = Array.from({ length: 1001 }, (_, index) => pod(`p${index}`, [`10.0.${index >> 8}.${index & 255}`]));
    const cut = endpointsSubsets(service(), behind(service(), many));
    expect(cut).toMatchObject({ truncated: true, subsets: [{ addresses: { length: 1000 } }] });
  });

  it('mirror what somebody wrote', () => {
    const groups = groupsOfMirror({
      subsets: [
        {
          addresses: [{ ip: '192.0.2.1', nodeName: 'node-1' }, { ip: '2001:db8::1' }],
          notReadyAddresses: [{ ip: '192.0.2.2' }],
          ports: [{ port: 80, protocol: 'TCP' }],
        },
      ],
    });
    const ports = [{ name: '', port: 80, protocol: 'TCP' }];
    expect(groups).toEqual([
      {
        addressType: 'IPv4',
        ports,
        endpoints: [
          { addresses: ['192.0.2.1'], conditions: { ready: true }, nodeName: 'node-1' },
          { addresses: ['192.0.2.2'], conditions: { ready: false } },
        ],
      },
      { addressType: 'IPv6', ports, endpoints: [{ addresses: ['2001:db8::1'], conditions: { ready: true } }] },
    ]);
  });
});

describe('planSlices', () => {
  const group = (...addresses: string[]): SliceGroup => ({
    addressType: 'IPv4',
    ports: [{ name: '', port: 80, protocol: 'TCP' }],
    endpoints: addresses.map((address) => ({ addresses: [address] })),
  });
  const slice = (name: string, ...addresses: string[]) => {
    const { addressType, ports, endpoints } = group(...addresses);
    return { metadata: { name }, addressType, ports: [...ports], endpoints: [...endpoints] };
  };
  const sizes = (groups: readonly SliceGroup[]): number[] => groups.map(({ endpoints }) => endpoints.length);

  it('leaves alone what is as it shall be', () => {
    expect(planSlices([group('a', 'b')], [slice('one', 'a'), slice('two', 'b')], 3)).toEqual({
      create: [],
      update: [],
      delete: [],
    });
  });

  it('fills slices up to their size, first those that change anyhow', () => {
    expect(sizes(planSlices([group('a', 'b', 'c', 'd', 'e')], [], 2).create)).toEqual([2, 2, 1]);
    const slices = [slice('roomy', 'a'), slice('changing', 'b', 'gone')];
    const plan = planSlices([group('a', 'b', 'new')], slices, 2);
    expect(plan).toMatchObject({ create: [], delete: [] });
    expect(plan.update.map((one) => [one.slice.metadata.name, one.endpoints])).toEqual([
      ['changing', [{ addresses: ['b'] }, { addresses: ['new'] }]],
    ]);
  });

  it('removes slices that are empty, and keeps one for a Service without Pods', () => {
    const slices = [slice('one', 'a'), slice('two', 'b')];
    expect(planSlices([group('a')], slices, 2).delete).toEqual([slices[1]]);
    const empty: SliceGroup = { addressType: 'IPv4', ports: [], endpoints: [] };
    const plan = planSlices([empty], slices, 2);
    expect(plan).toEqual({ create: [empty], update: [], delete: slices });
    const held = { metadata: { name: 'three' }, addressType: 'IPv4', endpoints: [] };
    expect(planSlices([empty], [held], 2)).toEqual({ create: [], update: [], delete: [] });
  });
});

describe('withHints', () => {
  const auto = service({}, { 'service.kubernetes.io/topology-mode': 'Auto' });
  const nodes = [node('node-1', 'z1'), node('node-2', 'z2')];
  const hintsOf = (of: Service, counts: readonly [number, number], on = nodes): (string | undefined)[] => {
    const pods = counts.flatMap((count, index) =>
      Array.from({ length: count }, (_, i) =>
        pod(`${index}-${i}`, [`10.0.${index}.${i}`], { node: `node-${index + 1}` }),
      ),
    );
    const [group] = withHints(of, groupsOf(of, pods, on), on);
    return (group?.endpoints ?? []).map(({ hints }) => hints?.forZones?.[0]?.name);
  };

  it('keeps Endpoints in their zones where that is fair', () => {
    expect(hintsOf(auto, [2, 2])).toEqual(['z1', 'z1', 'z2', 'z2']);
    expect(hintsOf(service(), [2, 2])).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('moves some where a zone has too few', () => {
    expect(hintsOf(auto, [5, 1]).filter((zone) => zone === 'z2')).toHaveLength(3);
  });

  it('gives none where it cannot be fair, or zones are not known', () => {
    expect(hintsOf(auto, [1, 0])).toEqual([undefined]);
    expect(hintsOf(auto, [2, 2], [node('node-1', 'z1'), node('node-2')])).toEqual(Array(4).fill(undefined));
    expect(hintsOf(auto, [2, 2], [node('node-1', 'z1'), node('node-2', 'z1')])).toEqual(Array(4).fill(undefined));
  });
});
