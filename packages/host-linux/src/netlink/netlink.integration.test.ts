import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatCidr, formatIp, parseCidr, parseIp, parseMac } from '@antrea-ts/net-types';
import { ChangeEvents } from '../change-events.js';
import { addAddress, deleteAddress, listAddresses } from '../rtnetlink/address.js';
import { createLink, deleteLink, getLink, listLinks, setLink } from '../rtnetlink/link.js';
import { routeProtocol } from '../rtnetlink/message-type.js';
import { deleteNeighbour, listNeighbours, setNeighbour } from '../rtnetlink/neighbour.js';
import { addRoute, deleteRoute, listRoutes, mainTable } from '../rtnetlink/route.js';
import { addRule, deleteRule, listRules } from '../rtnetlink/rule.js';
import { enterNewNetwork, runHere } from '../testing/own-network.js';
import { AsyncNetlink } from './async-netlink.js';
import type { NetlinkRequest } from './request.js';
import { SyncNetlink } from './sync-netlink.js';

const { signal } = new AbortController();

let sync: SyncNetlink;
let node: AsyncNetlink;

beforeEach(async () => {
  await enterNewNetwork();
  sync = SyncNetlink.open();
  node = AsyncNetlink.open();
});

afterEach(() => {
  sync.close();
  node.close();
});

describe.each(['synchronous', 'through the loop', 'in the background'])('requests, %s', (how) => {
  const ask = async <T>(request: NetlinkRequest<T>): Promise<T> => {
    if (how === 'synchronous') return sync.request(request);
    return how === 'in the background' ? sync.requestInBackground(request) : node.request(request, { signal });
  };

  it('links', async () => {
    await ask(createLink('br-test', 'bridge'));
    const { index } = await ask(getLink('br-test'));
    await ask(setLink(index, { up: true, mtu: 1400, alias: 'a name', mac: parseMac('0a:00:00:00:00:01') }, 'br-test'));
    const [shown] = JSON.parse(runHere('ip', '-j', 'link', 'show', 'br-test'));
    expect(shown).toMatchObject({ mtu: 1400, ifalias: 'a name', address: '0a:00:00:00:00:01' });
    expect(shown.flags).toContain('UP');
    expect(await ask(getLink('br-test'))).toMatchObject({ kind: 'bridge', up: true, mtu: 1400, alias: 'a name' });
    await ask(setLink(index, { up: false }, 'br-test'));
    await ask(setLink(index, { name: 'br-other' }, 'br-test'));
    expect((await ask(listLinks())).map(({ name }) => name)).toEqual(['lo', 'br-other']);
    await ask(deleteLink(index, 'br-other'));
    await expect(ask(getLink('br-other'))).rejects.toMatchObject({ code: 'ENODEV', errno: 19 });
  });

  it('addresses', async () => {
    const held = { address: parseIp('10.1.2.3'), prefixLength: 24 };
    await ask(addAddress(1, held));
    await ask(addAddress(1, held));
    expect(await ask(listAddresses())).toContainEqual({ ...held, linkIndex: 1, tentative: false });
    await ask(deleteAddress(1, held));
    await expect(ask(deleteAddress(1, held))).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
  });

  it('routes', async () => {
    runHere('ip', 'link', 'set', 'lo', 'up');
    const base = { linkIndex: 1, protocol: routeProtocol.antrea };
    const route = {
      ...base,
      table: mainTable,
      destination: parseCidr('10.9.0.0/16'),
      via: parseIp('10.9.0.1'),
      onLink: true,
    };
    await ask(addRoute(route, 'create'));
    await expect(ask(addRoute(route, 'create'))).rejects.toMatchObject({ code: 'EEXIST' });
    await ask(addRoute(route, 'replace'));
    await ask(addRoute({ ...base, table: 1000, destination: parseCidr('fd09::/64') }, 'create'));
    expect(runHere('ip', 'route')).toContain('10.9.0.0/16 via 10.9.0.1 dev lo proto 65 onlink');
    expect(await ask(listRoutes('ipv4'))).toContainEqual(route);
    expect(
      (await ask(listRoutes('ipv6'))).map(({ destination, table }) => `${table} ${formatCidr(destination)}`),
    ).toContain('1000 fd09::/64');
    await ask(deleteRoute(route));
    await expect(ask(deleteRoute(route))).rejects.toMatchObject({ code: 'ESRCH' });
  });

  it('routing rules', async () => {
    const rule = {
      family: 'ipv4',
      priority: 77,
      table: 1000,
      mark: 2,
      mask: 0xff,
      protocol: routeProtocol.antrea,
    } as const;
    await ask(addRule(rule));
    expect(runHere('ip', 'rule')).toContain('fwmark 0x2/0xff lookup 1000 proto 65');
    expect(await ask(listRules('ipv4'))).toContainEqual(rule);
    await expect(ask(addRule(rule))).rejects.toMatchObject({ code: 'EEXIST' });
    await ask(deleteRule(rule));
    await expect(ask(deleteRule(rule))).rejects.toMatchObject({ code: 'ENOENT' });
    await ask(addRule({ ...rule, family: 'ipv6' }));
    expect(runHere('ip', '-6', 'rule')).toContain('fwmark 0x2/0xff lookup 1000');
  });

  it('neighbours', async () => {
    runHere('ip', 'link', 'add', 'va', 'type', 'veth', 'peer', 'name', 'vb');
    runHere('ip', 'link', 'set', 'va', 'up');
    const { index } = await ask(getLink('va'));
    const address = parseIp('fd00::1');
    await ask(setNeighbour(index, address, parseMac('aa:bb:cc:dd:ee:ff')));
    expect(runHere('ip', 'neigh', 'show', 'proto', '65')).toContain('fd00::1 dev va lladdr aa:bb:cc:dd:ee:ff');
    const found = (await ask(listNeighbours('ipv6'))).filter(({ permanent }) => permanent);
    expect(found.map((entry) => `${formatIp(entry.address)} ${entry.mac}`)).toEqual(['fd00::1 aa:bb:cc:dd:ee:ff']);
    await ask(deleteNeighbour(index, address));
    await expect(ask(deleteNeighbour(index, address))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('a list that takes several reads is complete', async () => {
    const count = 3000;
    addManyRoutes(count);
    const routes = (await ask(listRoutes('ipv4'))).filter(({ table }) => table === mainTable);
    expect(new Set(routes.map(({ destination }) => formatCidr(destination))).size).toBe(count);
  });
});

function addManyRoutes(count: number): void {
  runHere('ip', 'link', 'set', 'lo', 'up');
  const lines = Array.from({ length: count }, (_, index) => `route add 10.${index >> 8}.${index & 255}.0/24 dev lo`);
  const { status, stderr } = spawnSync('ip', ['-batch', '-'], { input: lines.join('\n'), encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

describe('the socket of the netlink package', () => {
  it('requests, lists and events at once do not disturb each other', async () => {
    const events = new ChangeEvents({ debounce: 1, dropCheckInterval: 60_000, onListenerError: () => {} });
    let told = 0;
    const end = events.subscribe((changes) => (told += Number(changes.has('routes'))));
    runHere('ip', 'link', 'set', 'lo', 'up');
    const add = (index: number) =>
      node.request(
        addRoute(
          {
            destination: parseCidr(`10.20.${index}.0/24`),
            linkIndex: 1,
            table: mainTable,
            protocol: routeProtocol.antrea,
          },
          'create',
        ),
        { signal },
      );
    const lists = Array.from({ length: 20 }, () => node.request(listRoutes('ipv4'), { signal }));
    await Promise.all([...Array.from({ length: 100 }, (_, index) => add(index)), ...lists]);
    const routes = (await node.request(listRoutes('ipv4'), { signal })).filter(({ table }) => table === mainTable);
    expect(routes).toHaveLength(100);
    await expect.poll(() => told, { timeout: 10_000 }).toBeGreaterThan(0);
    end();
  });

  it('survives more events than fit, and has everything looked at again', async () => {
    const events = new ChangeEvents({ debounce: 1, dropCheckInterval: 50, onListenerError: () => {} });
    const told: string[] = [];
    const end = events.subscribe((changes) => told.push([...changes].toSorted().join()));
    // The loop stands still meanwhile, so that nothing is read.
    addManyRoutes(30_000);
    await expect.poll(() => told, { timeout: 20_000 }).toContain('addresses,links,routes');
    end();
  });

  it('is closed without a trace, and what was asked fails', async () => {
    const before = readdirSync('/proc/self/fd').length;
    const other = AsyncNetlink.open();
    const pending = other.request(listLinks(), { signal });
    other.close();
    await expect(pending).rejects.toMatchObject({ code: 'closed' });
    await expect(other.request(listLinks(), { signal })).rejects.toMatchObject({ code: 'closed' });
    await expect.poll(() => readdirSync('/proc/self/fd').length, { timeout: 10_000 }).toBe(before);
  });

  it('an aborted request is not sent', async () => {
    const reason = new Error('stop');
    await expect(node.request(listLinks(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
