import { describe, expect, it } from 'vitest';
import type { Link } from './links.js';
import { attachedEndpoints, planPods } from './plan-pods.js';

const endpoint = {
  ID: '0a1b2c3d-0000-4000-8000-000000000000',
  Name: 'web-123456',
  MacAddress: '00-15-5D-AA-BB-01',
  IPAddress: '10.10.2.2',
  PrefixLength: 24,
  GatewayAddress: '10.10.2.1',
  AdditionalParams: { mtu: '1450' },
};
const state = [
  { kind: 'networks', object: { ID: 'n', Name: 'antrea-hnsnetwork' } },
  { kind: 'endpoints', object: endpoint },
  { kind: 'endpoints', object: { ...endpoint, ID: 'ffffffff-0000', Name: 'not-attached' } },
  { kind: 'attachments', object: { EndpointId: endpoint.ID, NamespaceId: 'pod' } },
];
const link = (name: string, change: Partial<Link> = {}): Link => ({
  name,
  index: 2,
  mac: '',
  mtu: 1450,
  up: true,
  addresses: [],
  ...change,
});
const pids = new Map([['pod', 42]]);

describe('planPods', () => {
  const attached = attachedEndpoints(state);

  it('plugs in what HNS has attached', () => {
    expect(attached.map(({ name, address, mac, mtu }) => [name, address, mac, mtu])).toEqual([
      ['web-123456', '10.10.2.2/24', '00:15:5d:aa:bb:01', 1450],
    ]);
    expect(planPods(attached, [], pids).node).toEqual([
      'link add w0a1b2c3d type bridge mcast_snooping 0',
      'link set w0a1b2c3d up',
      'link add v0a1b2c3d type veth peer name eth0 netns 42',
      'link set v0a1b2c3d master w0a1b2c3d up',
    ]);
  });

  const there = [link('w0a1b2c3d', { kind: 'bridge' }), link('v0a1b2c3d', { kind: 'veth', master: 'w0a1b2c3d' })];

  it('joins the port of Open vSwitch when it appears, and does nothing after that', () => {
    expect(planPods(attached, [...there, link('web-123456', { up: false })], pids).node).toEqual([
      'link set web-123456 master w0a1b2c3d',
      'link set web-123456 up',
    ]);
    expect(planPods(attached, [...there, link('web-123456', { master: 'w0a1b2c3d' })], pids)).toEqual({
      node: [],
      made: [],
    });
  });

  it('waits for a Pod whose namespace it does not know, and removes what HNS has no more', () => {
    expect(planPods(attached, [], new Map()).node).toEqual([]);
    expect(planPods([], [...there, link('br-phy', { kind: 'bridge' })], pids).node).toEqual([
      'link del w0a1b2c3d',
      'link del v0a1b2c3d',
    ]);
  });
});
