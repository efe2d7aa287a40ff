import type { Node } from '@antrea-ts/apis';
import { formatCidr, formatIp, parseCidr, parseInterfaceAddress, parseIp } from '@antrea-ts/net-types';
import type { PeerNode, TrafficMode } from '@antrea-ts/pipeline';
import { silentLogger } from '@antrea-ts/runtime';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PeerController } from './peer-controller.js';

function controllerIn(mode: TrafficMode, { hasUplink = false } = {}) {
  const peers = new Map<string, PeerNode>();
  const statements: string[] = [];
  const controller = new PeerController(
    {
      ownName: 'self',
      ownPodCidrs: [parseCidr('10.10.1.0/24')],
      context: {
        mode,
        gatewayName: 'antrea-gw0',
        transportAddresses: [parseInterfaceAddress('192.168.1.11/24')],
        transportInterface: 'eth0',
        hasUplink,
      },
      useTransportAnnotation: false,
    },
    {
      intent: {
        setPeer(owner, peer) {
          statements.push(owner);
          if (peer) peers.set(owner, peer);
          else peers.delete(owner);
        },
      },
      logger: silentLogger,
    },
  );
  return { controller, peers, statements };
}

function node(name: string, podCidr: string, address: string): Node {
  return {
    metadata: { name },
    spec: { podCIDRs: [podCidr] },
    status: { addresses: [{ type: 'InternalIP', address }] },
  };
}

const near = node('near', '10.10.2.0/24', '192.168.1.12');
const far = node('far', '10.10.3.0/24', '172.16.0.13');

describe('the way to a peer', () => {
  it.each([
    ['encap', near, 'tunnel', 'via 10.10.2.1 dev antrea-gw0 onlink'],
    ['encap', far, 'tunnel', 'via 10.10.3.1 dev antrea-gw0 onlink'],
    ['noEncap', near, 'gateway', 'via 192.168.1.12 dev eth0'],
    ['noEncap', far, 'gateway', undefined],
    ['hybrid', near, 'gateway', 'via 192.168.1.12 dev eth0'],
    ['hybrid', far, 'tunnel', 'via 10.10.3.1 dev antrea-gw0 onlink'],
  ] as const)('%s', (mode, peer, path, expectedRoute) => {
    const { controller, peers } = controllerIn(mode);
    controller.upsert(peer);
    controller.flush();
    expect(peers.get(`node/${peer.metadata.name}`)?.path.kind).toBe(path);
    const [route] = controller.state.routes.values();
    const text = route?.via && `via ${formatIp(route.via)} dev ${route.interfaceName}${route.onLink ? ' onlink' : ''}`;
    expect(text).toBe(expectedRoute);
  });
});

it('sends to a peer in the subnet out of the uplink, once the peer has told its MAC address', () => {
  const { controller, peers } = controllerIn('hybrid', { hasUplink: true });
  const pathTo = (name: string) => peers.get(`node/${name}`)?.path;
  controller.upsert(near);
  controller.flush();
  expect(pathTo('near')).toEqual({ kind: 'gateway' });
  const annotations = { 'node.antrea.io/mac-address': '00:15:5d:00:00:02' };
  for (const each of [near, far]) controller.upsert({ ...each, metadata: { ...each.metadata, annotations } });
  controller.flush();
  expect(pathTo('near')).toEqual({ kind: 'direct', mac: '00:15:5d:00:00:02', remote: parseIp('192.168.1.12') });
  expect(pathTo('far')?.kind).toBe('tunnel');
});

it('states anew only what changed', () => {
  const { controller, statements } = controllerIn('encap');
  // .11 is ours.
  for (let i = 12; i < 112; i++) controller.upsert(node(`n${i}`, `10.10.${i}.0/24`, `192.168.1.${i}`));
  controller.flush();
  expect(statements).toHaveLength(100);
  controller.upsert(node('n15', '10.10.15.0/24', '192.168.1.15'));
  controller.flush();
  expect(statements).toHaveLength(100);
  controller.upsert(node('n15', '10.10.15.0/24', '192.168.1.205'));
  controller.flush();
  expect(statements.slice(100)).toEqual(['node/n15']);
});

it('ends in the same state whatever the way to it', () => {
  const event = fc.record({
    name: fc.constantFrom('self', 'a', 'b', 'c'),
    cidr: fc.constantFrom('10.10.1.0/24', '10.10.2.0/24', '10.10.2.0/25', '10.10.3.0/24', undefined),
    host: fc.constantFrom('192.168.1.12', '172.16.0.13'),
    flush: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.constantFrom<TrafficMode>('encap', 'hybrid', 'noEncap'),
      fc.array(event, { maxLength: 15 }),
      (mode, events) => {
        const followed = controllerIn(mode);
        const last = new Map<string, Node>();
        for (const { name, cidr, host, flush } of events) {
          if (cidr === undefined) {
            followed.controller.remove(name);
            last.delete(name);
          } else {
            followed.controller.upsert(node(name, cidr, host));
            last.set(name, node(name, cidr, host));
          }
          if (flush) followed.controller.flush();
        }
        followed.controller.flush();
        const direct = controllerIn(mode);
        for (const each of [...last.values()].toReversed()) direct.controller.upsert(each);
        direct.controller.flush();
        const view = ({ controller, peers }: typeof direct): unknown => ({
          peers: Object.fromEntries([...peers].sort(([a], [b]) => a.localeCompare(b))),
          routes: [...controller.state.routes.keys()].sort((a, b) => a.localeCompare(b)),
          cidrs: controller.state.podCidrs.map(formatCidr).sort((a, b) => a.localeCompare(b)),
        });
        expect(view(followed)).toEqual(view(direct));
      },
    ),
  );
});

it('there is no way to a Node with our own address; two Nodes with one address both keep theirs', () => {
  const { controller, peers } = controllerIn('encap');
  controller.upsert(near);
  controller.upsert(node('twin', '10.10.4.0/24', '192.168.1.12'));
  controller.upsert(node('mirror', '10.10.5.0/24', '192.168.1.11'));
  controller.flush();
  expect([...peers.keys()].toSorted()).toEqual(['node/near', 'node/twin']);
  expect(controller.problems.get('mirror')).toContain("192.168.1.11 is this Node's own");
  controller.upsert(node('mirror', '10.10.5.0/24', '192.168.1.15'));
  controller.flush();
  expect([...peers.keys()].toSorted()).toEqual(['node/mirror', 'node/near', 'node/twin']);
});
