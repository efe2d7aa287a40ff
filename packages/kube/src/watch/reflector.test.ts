import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryLogger } from '@antrea-ts/runtime';
import { fixedCredentials } from '../config/connection.js';
import type { KubeClient } from '../kube-client.js';
import { resource } from '../resource.js';
import { createKubeClient } from '../rest/create-kube-client.js';
import { FakeApiServer, type FakeObject, type Fault } from '../testing/fake-api-server.js';
import { createReflector, type Reflector, type ReflectorOptions } from './reflector.js';
import type { StoreChange } from './store.js';

const pods = resource<FakeObject>({ group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true });
const fast = { initial: 2, max: 10 };

let server: FakeApiServer;
let client: KubeClient;
const running: Reflector<unknown>[] = [];

beforeEach(async () => {
  server = new FakeApiServer();
  await server.start();
  client = clientOf(server);
});

afterEach(async () => {
  for (const reflector of running.splice(0)) await reflector.stop();
  await client.close();
  await server.stop();
});

function clientOf(of: FakeApiServer): KubeClient {
  const connection = { server: of.url, tls: {}, credentials: fixedCredentials({}), namespace: 'default' };
  return createKubeClient(connection, { timeout: 5_000, retry: { attempts: 1, backoff: fast } });
}

async function reflect(options: Partial<ReflectorOptions<FakeObject, string>> = {}): Promise<Reflector<string>> {
  const reflector = createReflector<FakeObject, string>({
    client,
    resource: pods,
    project: dataOf,
    backoff: fast,
    ...options,
  });
  running.push(reflector);
  await reflector.start();
  return reflector;
}

function dataOf({ data }: FakeObject): string {
  return data;
}

function contents(reflector: Reflector<string>): Map<string, string> {
  return new Map([...reflector.store.entries()].map(([key, data]) => [key.replace('default/', ''), data]));
}

async function expectEqualState(reflector: Reflector<string>): Promise<void> {
  await expect.poll(() => contents(reflector), { timeout: 5_000, interval: 2 }).toEqual(server.state);
}

describe('Reflector', () => {
  it('lists in pages, then follows', async () => {
    for (let index = 0; index < 25; index++) server.put(`pod-${index}`, 'ü');
    const changes: StoreChange<string>[] = [];
    const reflector = await reflect({ pageSize: 10, onChange: (change) => changes.push(change) });
    await reflector.whenSynced();
    expect(reflector.store.size).toBe(25);
    expect(server.seen.filter(({ url }) => url.searchParams.has('limit'))).toHaveLength(3);
    await expect.poll(() => server.openWatches).toBe(1);
    expect(reflector.isConnected).toBe(true);
    server.put('pod-3', 'naïve');
    server.remove('pod-4');
    server.put('new', 'x');
    await expectEqualState(reflector);
    expect(changes.slice(25)).toEqual([
      { kind: 'updated', key: 'default/pod-3', object: 'naïve', previous: 'ü' },
      { kind: 'removed', key: 'default/pod-4', previous: 'ü' },
      { kind: 'added', key: 'default/new', object: 'x' },
    ]);
  });

  it('lists again after 410 and removes what has gone meanwhile, telling of differences only', async () => {
    server.put('stays', '1');
    server.put('goes', '1');
    server.put('changes', '1');
    const changes: string[] = [];
    const reflector = await reflect({ onChange: ({ kind, key }) => changes.push(`${kind} ${key}`) });
    await expect.poll(() => reflector.isConnected).toBe(true);
    changes.length = 0;
    server.failNext({ on: 'watch', kind: 'status', status: 503 }, { on: 'watch', kind: 'status', status: 503 });
    server.breakAll();
    server.remove('goes');
    server.put('changes', '2');
    server.compact();
    await expectEqualState(reflector);
    expect(changes).toEqual(['updated default/changes', 'removed default/goes']);
    expect(reflector.stats).toMatchObject({ lists: 2 });
  });

  it('sees another object where one was deleted and made anew out of sight', async () => {
    server.put('web', '1');
    const changes: string[] = [];
    const reflector = await reflect({ onChange: ({ kind }) => changes.push(kind) });
    await expect.poll(() => reflector.isConnected).toBe(true);
    server.failNext({ on: 'watch', kind: 'status', status: 500 });
    server.breakAll();
    server.remove('web');
    server.put('web', '2');
    server.compact();
    await expect.poll(() => contents(reflector).get('web')).toBe('2');
    expect(changes).toEqual(['added', 'removed', 'added']);
  });

  it('goes on from the last version after a cut, without listing', async () => {
    const reflector = await reflect();
    await expect.poll(() => reflector.isConnected).toBe(true);
    server.failNext({ on: 'watch', kind: 'cut', after: 150 }, { on: 'watch', kind: 'end', after: 200 });
    server.breakAll();
    for (let index = 0; index < 5; index++) server.put(`p${index}`, 'ö'.repeat(index));
    await expectEqualState(reflector);
    expect(server.pendingFaults).toBe(0);
    expect(reflector.stats.lists).toBe(1);
  });

  it.each([
    ['no JSON', 'hello\n'],
    ['an unknown event', '{"type":"SURPRISE","object":{"metadata":{"name":"x"}}}\n'],
    ['no object', '{"type":"ADDED"}\n'],
    ['null', 'null\n'],
    ['an object without name', '{"type":"ADDED","object":{"metadata":{}}}\n'],
    ['an error without code', '{"type":"ERROR","object":{}}\n'],
    ['half a line', '{"type":"ADDED","obj'],
    ['nothing', ''],
  ])('survives a watch that says %s', async (_name, said) => {
    server.put('a', '1');
    const log = memoryLogger();
    server.failNext({ on: 'watch', kind: 'say', text: said });
    const reflector = await reflect({ log });
    await expect.poll(() => reflector.isConnected).toBe(true);
    server.put('b', '1');
    await expectEqualState(reflector);
    expect(log.messages('warn')).toContain('Watch failed');
  });

  it('retries a list that fails in the middle, and syncs once', async () => {
    for (let index = 0; index < 10; index++) server.put(`p${index}`, '1');
    let syncs = 0;
    server.failNext(
      { on: 'list', kind: 'status', status: 500 },
      { on: 'list', kind: 'cut', after: 100 },
      { on: 'list', kind: 'status', status: 410 },
    );
    const reflector = await reflect({ pageSize: 4, onSync: () => syncs++ });
    await reflector.whenSynced({ signal: AbortSignal.timeout(5_000) });
    expect(reflector.store.size).toBe(10);
    expect(syncs).toBe(1);
    expect(reflector.stats.failures).toBe(3);
  });

  const garbage = [
    ['a web page', '<html>sign in</html>'],
    ['nothing', ''],
    ['null', 'null'],
    ['another object', '{"kind":"Pod","metadata":{"name":"x","resourceVersion":"7"}}'],
    ['a list without version', '{"items":[],"metadata":null}'],
    ['items that are none', '{"metadata":{"resourceVersion":"7"},"items":{"a":1}}'],
    ['an item that is null', '{"metadata":{"resourceVersion":"7"},"items":[null]}'],
    ['an item without metadata', '{"metadata":{"resourceVersion":"7"},"items":[{}]}'],
    ['a name that is none', '{"metadata":{"resourceVersion":"7"},"items":[{"metadata":{"name":{}}}]}'],
    ['half a list', '{"metadata":{"resourceVersion":"7"},"items":[{"metadata":{"na'],
  ] as const;

  it.each(garbage)('%s instead of a list: said clearly, nothing is lost, and it goes on', async (_, body) => {
    const log = memoryLogger();
    const answer = { on: 'list', kind: 'status', status: 200, body } as const;
    server.put('a', '1');
    server.failNext(answer);
    const removed: string[] = [];
    const onChange = (change: StoreChange<string>): void =>
      void (change.kind === 'removed' && removed.push(change.key));
    const reflector = await reflect({ log, onChange });
    await expectEqualState(reflector);
    await expect.poll(() => server.openWatches).toBe(1);
    // The same while it runs.
    server.failNext(answer, { on: 'watch', kind: 'status', status: 410 });
    server.breakAll();
    server.put('b', '1');
    await expectEqualState(reflector);
    const told = log.entries.filter(({ message }) => message === 'Failed to list').map(({ fields }) => fields['error']);
    expect(told).toHaveLength(2);
    for (const error of told) expect(error).toMatchObject({ code: 'bad-answer' });
    expect(removed).toEqual([]);
  });

  it.each([
    '<html>sign in</html>\n',
    'null\n',
    '[]\n',
    '{"type":"ADDED"}\n',
    '{"type":"ADDED","object":null}\n',
    '{"type":"ADDED","object":{"metadata":null}}\n',
    '{"type":"ADDED","object":{"metadata":"x"}}\n',
    '{"type":"ADDED","object":{"metadata":{"name":{},"resourceVersion":"1"}}}\n',
    '{"type":"BOOKMARK","object":{"metadata":null}}\n',
    '{"type":"NEWS","object":{"metadata":{"name":"x","resourceVersion":"1"}}}\n',
    '{"type":"ADDED","object":{"metadata":{"name":"x"',
    '{"type":"ERROR","object":{"kind":"Status","code":500,"details":{"retryAfterSeconds":"soon"}}}\n',
  ])('an event that is none is no end: %s', async (text) => {
    server.put('a', '1');
    const reflector = await reflect();
    await expect.poll(() => server.openWatches).toBe(1);
    const before = reflector.stats.failures;
    server.failNext({ on: 'watch', kind: 'say', text });
    server.breakAll();
    server.put('b', '2');
    await expectEqualState(reflector);
    expect(reflector.stats.failures).toBeGreaterThan(before);
    await expect.poll(() => server.openWatches).toBe(1);
  });

  it('keeps projections, leaves out what projects to undefined, and is quiet about sameness', async () => {
    server.put('a', 'keep 1');
    server.put('b', 'drop');
    const changes: string[] = [];
    const reflector = await reflect({
      project: ({ data }) => (data.startsWith('keep') ? data.slice(0, 4) : undefined),
      isSame: (left, right) => left === right,
      indexes: { byText: (text) => [text] },
      onChange: ({ kind, key }) => changes.push(`${kind} ${key}`),
    });
    await expect.poll(() => reflector.isConnected).toBe(true);
    server.put('a', 'keep 2');
    server.put('b', 'keep');
    await expect.poll(() => reflector.store.size).toBe(2);
    expect(reflector.store.byIndex('byText', 'keep')).toEqual(['keep', 'keep']);
    server.put('a', 'drop');
    server.remove('b');
    await expect.poll(() => reflector.store.size).toBe(0);
    expect(reflector.store.byIndex('byText', 'keep')).toEqual([]);
    expect(changes).toEqual(['added default/a', 'added default/b', 'removed default/a', 'removed default/b']);
  });

  it('is not stopped by a listener that throws', async () => {
    const log = memoryLogger();
    const reflector = await reflect({
      log,
      onChange: () => {
        throw new Error('clumsy');
      },
    });
    server.put('a', '1');
    await expectEqualState(reflector);
    expect(log.messages('error')).toEqual(['Listener failed']);
  });

  it('stops at once while listing, watching, waiting', async () => {
    for (const fault of [
      { on: 'list', kind: 'silence' },
      { on: 'watch', kind: 'silence' },
      { on: 'list', kind: 'status', status: 500 },
    ] as const) {
      const reflector = await reflect({ backoff: { initial: 60_000, max: 60_000 } });
      server.failNext(fault);
      await expect.poll(() => server.pendingFaults).toBe(0);
      const waiting = reflector.whenSynced({ signal: AbortSignal.timeout(1) }).catch(() => 'gave up');
      await reflector.stop();
      expect(reflector.isConnected).toBe(false);
      await waiting;
    }
  });

  it('asks for the cache when told so, and for newer than seen afterwards', async () => {
    server.put('a', '1');
    const reflector = await reflect({ fromCache: true });
    await expect.poll(() => reflector.isConnected).toBe(true);
    server.put('b', '1');
    await expectEqualState(reflector);
    server.failNext({ on: 'watch', kind: 'status', status: 410 });
    server.breakAll();
    await expect.poll(() => reflector.stats.lists).toBe(2);
    const lists = server.seen.filter(({ url }) => !url.searchParams.has('watch'));
    expect(lists.map(({ url }) => url.searchParams.get('resourceVersion'))).toEqual(['0', '102']);
  });

  it('stays small in one turn of the event loop with many objects', async () => {
    for (let index = 0; index < 5_000; index++) server.put(`pod-${index}`, 'x'.repeat(1000));
    const reflector = await reflect();
    let longest = 0;
    let last = performance.now();
    const ticking = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 1);
    await reflector.whenSynced();
    clearInterval(ticking);
    expect(reflector.store.size).toBe(5_000);
    // The server works in the same process; the bound only catches an unpaged or unyielding list.
    expect(longest).toBeLessThan(400);
  });
});

describe('property: the store equals the server after any sequence of changes and cuts', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const fault: fc.Arbitrary<Fault> = fc.oneof(
    fc.record({
      on: fc.constant('watch' as const),
      kind: fc.constantFrom('cut' as const, 'end' as const),
      after: fc.nat(600),
    }),
    fc.record({ on: fc.constant('list' as const), kind: fc.constant('cut' as const), after: fc.nat(600) }),
    fc.record({
      on: fc.constantFrom('list' as const, 'watch' as const),
      kind: fc.constant('status' as const),
      status: fc.constantFrom(410, 429, 500, 503),
    }),
    fc.record({ on: fc.constant('watch' as const), kind: fc.constant('say' as const), text: fc.string() }),
  );
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ do: fc.constant('put' as const), name, data: fc.string({ unit: 'grapheme' }) }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('remove' as const), name }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('fail' as const), fault }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('break' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('compact' as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('settle' as const) }) },
  );

  it('holds', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        for (const left of server.state.keys()) server.remove(left);
        const mirrored = new Map<string, string>();
        const reflector = await reflect({
          pageSize: 2,
          onChange: (change) => {
            if (change.kind === 'removed') mirrored.delete(change.key);
            else mirrored.set(change.key, change.object);
          },
        });
        for (const each of steps) {
          if (each.do === 'put') server.put(each.name, each.data);
          else if (each.do === 'remove') server.remove(each.name);
          else if (each.do === 'fail') server.failNext(each.fault);
          else if (each.do === 'break') server.breakAll();
          else if (each.do === 'compact') server.compact();
          else await expectEqualState(reflector);
        }
        await expectEqualState(reflector);
        expect(mirrored).toEqual(new Map(reflector.store.entries()));
        await reflector.stop();
      }),
      { numRuns: 60 },
    );
  });
});
