import { beforeEach, expect, it } from 'vitest';
import { formatIp, parseCidr, parseIp } from '@antrea-ts/net-types';
import { peerRouteKey, type Host, type PeerRoute } from '@antrea-ts/host';
import { planDiff } from '@antrea-ts/reconcile';
import { gatewayName, makeLinuxFixture } from '../testing/linux-fixture.js';
import { runHere } from '../testing/own-network.js';

const { signal } = new AbortController();
let host: Host;

const wanted: PeerRoute = {
  destination: parseCidr('10.10.2.0/24'),
  interfaceName: gatewayName,
  via: parseIp('10.10.2.1'),
  onLink: true,
};
const wanted6: PeerRoute = { destination: parseCidr('fd00:10:2::/64'), interfaceName: gatewayName };

beforeEach(async () => {
  ({ host } = await makeLinuxFixture());
  await host.ensureGateway({ name: gatewayName, mtu: 1450, addresses: [] }, { signal });
  return () => host.close();
});

const routes = (): string => runHere('ip', '-4', 'route', 'show', 'table', 'all') + runHere('ip', '-6', 'route');
const route = (...args: readonly string[]): string => runHere('ip', ...args);

/** Routes as the agent compares them. */
function sameWay(a: PeerRoute, b: PeerRoute): boolean {
  const text = ({ interfaceName, via }: PeerRoute): string => `${interfaceName} ${via && formatIp(via)}`;
  return text(a) === text(b);
}

/** Makes routes as wanted, as the agent does; gives the keys of what was removed. */
async function reconcile(): Promise<readonly string[]> {
  const desired = new Map([wanted, wanted6].map((each) => [peerRouteKey(each), each]));
  const plan = planDiff(desired, await host.peerRoutes.observe({ signal }), sameWay);
  for (const outcome of await host.peerRoutes.apply(plan, { signal })) if (!outcome.ok) throw outcome.error;
  return [...plan.remove.keys()].toSorted();
}

it('what another version left with our number goes, wherever it is; what others have stays as it is', async () => {
  // Our destinations in tables and with metrics of others, several next hops, one that leads nowhere.
  route('route', 'add', '10.10.2.0/24', 'dev', gatewayName, 'table', '77', 'proto', 'static');
  route('route', 'add', '10.10.2.0/24', 'dev', gatewayName, 'metric', '900', 'proto', 'dhcp');
  route('route', 'add', '198.51.100.0/24', 'dev', gatewayName);
  route('route', 'add', 'blackhole', '203.0.113.0/24', 'proto', 'bird');
  route('-6', 'route', 'add', 'fd00:10:2::/64', 'dev', gatewayName, 'metric', '900', 'proto', 'ra');
  const before = routes();
  expect(await reconcile()).toEqual([]);
  const made = routes();

  route('route', 'add', '10.10.2.0/24', 'dev', gatewayName, 'table', '101', 'proto', '65');
  route('route', 'add', '10.10.2.0/24', 'dev', gatewayName, 'metric', '50', 'proto', '65');
  route('route', 'add', '10.99.0.0/16', 'proto', '65', 'nexthop', 'dev', gatewayName, 'nexthop', 'dev', 'gw-peer');
  route('route', 'add', 'blackhole', '10.98.0.0/16', 'proto', '65');
  route('route', 'add', '10.97.0.0/16', 'dev', gatewayName, 'proto', '65');
  route('-6', 'route', 'add', 'fd00:10:2::/64', 'dev', gatewayName, 'metric', '50', 'proto', '65');
  route('-6', 'route', 'add', 'fd00:97::/64', 'dev', gatewayName, 'table', '101', 'proto', '65');
  expect(await reconcile()).toEqual([
    '10.10.2.0/24 metric 50',
    '10.10.2.0/24 table 101',
    '10.97.0.0/16',
    '10.98.0.0/16 metric 0',
    '10.99.0.0/16 metric 0',
    'fd00:10:2::/64 metric 50',
    'fd00:97::/64 table 101',
  ]);
  expect(routes()).toBe(made);

  for (const each of [wanted, wanted6]) {
    await host.peerRoutes.apply(
      { create: new Map(), update: new Map(), remove: new Map([[peerRouteKey(each), each]]) },
      { signal },
    );
  }
  expect(routes()).toBe(before);
});

it('a route as Antrea 1.3 made it is taken over', async () => {
  route('route', 'add', '10.10.2.0/24', 'via', '10.10.2.1', 'dev', gatewayName, 'onlink');
  await reconcile();
  const shown = runHere('ip', 'route', 'show', '10.10.2.0/24').trim();
  expect(shown).toBe(`10.10.2.0/24 via 10.10.2.1 dev ${gatewayName} proto 65 onlink`);
});

it.each([
  ['another next hop', ['10.10.2.0/24', 'via', '10.10.2.9', 'dev', gatewayName, 'onlink'], 'via 10.10.2.9'],
  ['another interface', ['10.10.2.0/24', 'dev', 'gw-peer'], 'gw-peer'],
  ['nothing at its end', ['blackhole', '10.10.2.0/24'], 'metric 0'],
] as const)('a route that a hand gave %s is seen as it is, and made right', async (_, words, seen) => {
  await reconcile();
  const before = routes();
  route('route', 'replace', ...words);
  const observed = await host.peerRoutes.observe({ signal });
  const [key = '', altered] = [...observed].find(([each]) => each.startsWith('10.10.2.0/24')) ?? [];
  expect(`${key} via ${altered?.via ? formatIp(altered.via) : ''} ${altered?.interfaceName}`).toContain(seen);
  await reconcile();
  expect(routes()).toBe(before);
});

it('what a routing daemon put in the place of ours is an error, and stays', async () => {
  await reconcile();
  route('route', 'replace', '10.10.2.0/24', 'dev', 'gw-peer', 'proto', 'bird');
  const before = routes();
  await expect(reconcile()).rejects.toMatchObject({ code: 'foreign-state' });
  expect(routes()).toBe(before);
});

it.each([
  ['by another way', ['10.10.2.0/24', 'via', '10.10.2.9', 'dev', gatewayName, 'onlink']],
  ['that leads nowhere', ['blackhole', '10.10.2.0/24']],
] as const)('a route of somebody else to a destination of ours, %s, is an error and stays', async (_, words) => {
  route('route', 'add', ...words);
  const before = routes();
  await expect(reconcile()).rejects.toMatchObject({ code: 'foreign-state' });
  expect(routes().replaceAll(/^fd00:10:2::.*\n/gm, '')).toBe(before);
});
