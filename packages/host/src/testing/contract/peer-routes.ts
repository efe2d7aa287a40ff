import { formatIp, parseCidr, parseIp, parseMac } from '@antrea-ts/net-types';
import type { Driver } from '@antrea-ts/reconcile';
import type { PeerRoute } from '../../host.js';
import { peerRouteKey } from '../../peer-route-key.js';
import type { ContractContext, HostFixture } from './fixture.js';

function describeRoutes(routes: ReadonlyMap<string, PeerRoute>) {
  return [...routes]
    .map(([key, { via, interfaceName, neighbour }]) =>
      [key, via ? `via ${formatIp(via)}` : 'on link', interfaceName, neighbour].filter(Boolean).join(' '),
    )
    .toSorted();
}

async function makeRoutes({ host, gatewayName }: HostFixture, { signal, has }: ContractContext) {
  await host.ensureGateway({ name: gatewayName, mtu: 1450, addresses: [] }, { signal });
  const ipv4: PeerRoute = {
    destination: parseCidr('10.10.1.0/24'),
    interfaceName: gatewayName,
    via: parseIp('10.10.1.1'),
    onLink: true,
  };
  const peer: PeerRoute = { destination: parseCidr('fd00:10:1::1/128'), interfaceName: gatewayName };
  const ipv6: PeerRoute = {
    destination: parseCidr('fd00:10:1::/64'),
    interfaceName: gatewayName,
    via: parseIp('fd00:10:1::1'),
    neighbour: parseMac('aa:bb:cc:dd:ee:ff'),
  };
  return { ipv4, peer, ipv6, all: planOf({ create: has('ipv6') ? [ipv6, ipv4, peer] : [ipv4] }) };
}

export function peerRouteContract(context: ContractContext): void {
  const { test, signal, runner, has } = context;
  const { expect } = runner;
  const ofPlatform = (lines: readonly string[]) => lines.filter((line) => has('ipv6') || !line.startsWith('fd00:'));
  const installed = (gateway: string) =>
    ofPlatform([
      `10.10.1.0/24 via 10.10.1.1 ${gateway}`,
      `fd00:10:1::/64 via fd00:10:1::1 ${gateway} aa:bb:cc:dd:ee:ff`,
      `fd00:10:1::1/128 on link ${gateway}`,
    ]);
  const observe = (host: { peerRoutes: Driver<string, PeerRoute> }) => host.peerRoutes.observe({ signal });

  runner.describe('peer routes', () => {
    test('what is created is observed, also in an order that depends on itself', async (fixture) => {
      const { host, gatewayName } = fixture;
      const { all } = await makeRoutes(fixture, context);
      expect(describeRoutes(await observe(host))).toEqual([]);
      const outcomes = await host.peerRoutes.apply(all, { signal });
      expect(failures(outcomes)).toEqual([]);
      expect(outcomes.length).toEqual(all.create.size);
      expect(describeRoutes(await observe(host))).toEqual(installed(gatewayName));
    });

    test('a repeated plan is harmless', async (fixture) => {
      const { host, gatewayName } = fixture;
      const { all } = await makeRoutes(fixture, context);
      await host.peerRoutes.apply(all, { signal });
      expect(failures(await host.peerRoutes.apply(all, { signal }))).toEqual([]);
      expect(describeRoutes(await observe(host))).toEqual(installed(gatewayName));
    });

    test('an update changes next hop and neighbour in place', async (fixture) => {
      const { host, gatewayName } = fixture;
      const { all, ipv4, ipv6 } = await makeRoutes(fixture, context);
      await host.peerRoutes.apply(all, { signal });
      const { neighbour: _, ...withoutNeighbour } = ipv6;
      const update = planOf({
        update: [
          [ipv4, { ...ipv4, via: parseIp('10.10.1.2') }],
          ...(has('ipv6') ? ([[ipv6, withoutNeighbour]] as const) : []),
        ],
      });
      expect(failures(await host.peerRoutes.apply(update, { signal }))).toEqual([]);
      expect(describeRoutes(await observe(host))).toEqual(
        ofPlatform([
          `10.10.1.0/24 via 10.10.1.2 ${gatewayName}`,
          `fd00:10:1::/64 via fd00:10:1::1 ${gatewayName}`,
          `fd00:10:1::1/128 on link ${gatewayName}`,
        ]),
      );
    });

    test('removal, and removal of what is absent', async (fixture) => {
      const { host } = fixture;
      const { all, ipv4, ipv6, peer } = await makeRoutes(fixture, context);
      await host.peerRoutes.apply(all, { signal });
      const remove = planOf({ remove: [ipv4, ipv6, peer] });
      expect(failures(await host.peerRoutes.apply(remove, { signal }))).toEqual([]);
      expect(describeRoutes(await observe(host))).toEqual([]);
      expect(failures(await host.peerRoutes.apply(remove, { signal }))).toEqual([]);
    });

    test('the failure of one item is its own', async (fixture) => {
      const { host, gatewayName } = fixture;
      const { ipv4 } = await makeRoutes(fixture, context);
      const lost: PeerRoute = { destination: parseCidr('10.10.2.0/24'), interfaceName: 'no-such-link' };
      const outcomes = await host.peerRoutes.apply(planOf({ create: [lost, ipv4] }), { signal });
      expect(failures(outcomes)).toEqual(['10.10.2.0/24']);
      expect(describeRoutes(await observe(host))).toEqual([`10.10.1.0/24 via 10.10.1.1 ${gatewayName}`]);
    });

    test('routes of others are neither observed nor replaced nor removed', async (fixture) => {
      const { host } = fixture;
      const { ipv4 } = await makeRoutes(fixture, context);
      await fixture.addForeignRoute('10.10.1.0/24');
      expect(describeRoutes(await observe(host))).toEqual([]);
      expect(failures(await host.peerRoutes.apply(planOf({ create: [ipv4] }), { signal }))).toEqual(['10.10.1.0/24']);
      expect(failures(await host.peerRoutes.apply(planOf({ remove: [ipv4] }), { signal }))).toEqual([]);
      expect(await fixture.hasForeignRoute('10.10.1.0/24')).toEqual(true);
    });

    test('a lost route is seen to be lost', async (fixture) => {
      const { host } = fixture;
      const { ipv4 } = await makeRoutes(fixture, context);
      await host.peerRoutes.apply(planOf({ create: [ipv4] }), { signal });
      await fixture.loseRoute('10.10.1.0/24');
      expect(describeRoutes(await observe(host))).toEqual([]);
    });

    test('after a restart ours are found again', async (fixture) => {
      const { all } = await makeRoutes(fixture, context);
      await fixture.host.peerRoutes.apply(all, { signal });
      const restarted = await fixture.restart();
      expect(describeRoutes(await observe(restarted))).toEqual(installed(fixture.gatewayName));
    });
  });
}

function failures(outcomes: readonly { readonly key: string; readonly ok: boolean }[]): readonly string[] {
  return outcomes.filter(({ ok }) => !ok).map(({ key }) => key);
}

const byKey = (routes: readonly PeerRoute[] = []) => new Map(routes.map((route) => [peerRouteKey(route), route]));

function planOf(parts: {
  create?: readonly PeerRoute[];
  update?: readonly (readonly [PeerRoute, PeerRoute])[];
  remove?: readonly PeerRoute[];
}) {
  return {
    create: byKey(parts.create),
    update: new Map((parts.update ?? []).map(([observed, desired]) => [peerRouteKey(desired), { observed, desired }])),
    remove: byKey(parts.remove),
  };
}
