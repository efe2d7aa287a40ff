import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createHttpServer, memoryLogger, Router, type HttpServer } from '@antrea-ts/runtime';
import { afterEach, expect, it } from 'vitest';
import { WatchStore, type StoreChange } from '../store/watch-store.js';
import { routeApis } from './api-group.js';
import { watchedResource } from './watched-resource.js';

interface Thing {
  readonly name: string;
  readonly span: ReadonlySet<string>;
  readonly text: string;
}

const limits = { events: 2_000, bytes: 8 * 1024 * 1024 };
const log = memoryLogger();
const open: { server?: HttpServer; clients: Socket[] } = { clients: [] };
afterEach(async () => {
  for (const client of open.clients.splice(0)) client.destroy();
  await open.server?.stop();
});

/** A server of things, over real sockets. */
async function serve(): Promise<{ store: WatchStore<Thing>; port: number }> {
  const store = new WatchStore<Thing, StoreChange<Thing>>(
    {
      perNode: false,
      full: ({ name, text }) => ({ name, text }),
      modified: ({ after }) => ({ name: after.name, text: after.text }),
      deleted: ({ name }) => ({ name }),
      empty: () => ({}),
    },
    limits,
  );
  const resource = { name: 'things', singularName: 'thing', namespaced: false, kind: 'Thing', verbs: ['watch'] };
  const handlers = watchedResource({
    apiVersion: 'test/v1',
    resource,
    store,
    full: (thing) => thing,
    ready: () => Promise.resolve(),
    compute: () => undefined,
  });
  const router = new Router();
  routeApis(router, [{ group: 'test', version: 'v1', resources: [{ resource, handlers }] }]);
  open.server = createHttpServer({ name: 'test API', router, log, listen: { host: '127.0.0.1', port: 0 } });
  await open.server.start({ signal: new AbortController().signal });
  return { store, port: open.server.port };
}

async function watch(store: WatchStore<Thing>, port: number): Promise<Socket> {
  const before = store.watchers;
  const client = connect(port, '127.0.0.1');
  client.on('error', () => undefined);
  open.clients.push(client);
  client.write('GET /apis/test/v1/things?watch=true HTTP/1.1\r\nhost: a\r\n\r\n');
  await expect.poll(() => store.watchers).toBe(before + 1);
  return client;
}

/** Counts the events that a client reads. */
function counted(client: Socket): () => number {
  let events = 0;
  client.on('data', (piece: Buffer) => (events += piece.toString('latin1').split('"MODIFIED"').length - 1));
  return () => events;
}

let told: Thing | undefined;
function change(store: WatchStore<Thing>, text: string): void {
  const after = { name: 'a', span: new Set<string>(), text };
  store.apply([told ? { before: told, after } : { after }]);
  told = after;
}

const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

it('a watcher whose socket nobody reads is cut, and keeps nobody waiting', async () => {
  const { store, port } = await serve();
  told = undefined;
  change(store, '');
  const lazy = await watch(store, port);
  lazy.pause();
  const events = counted(await watch(store, port));
  const text = 'x'.repeat(10_000);
  let sent = 0;
  // More than sockets and queue hold together.
  for (; store.watchers === 2 && sent < 100_000; sent += 1) {
    change(store, text);
    await turn();
  }
  await expect.poll(events).toBe(sent);
  expect(store.watchers).toBe(1);
  const closed = once(lazy, 'close');
  lazy.resume();
  await closed;
  expect(log.entries.at(-1)).toMatchObject({
    level: 'warn',
    fields: { error: { message: expect.stringMatching(/does not read: \d+ events wait/) } },
  });
});

it('what watchers were told takes no memory', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heapMiB = (): number => {
    collect();
    return process.memoryUsage().heapUsed / 2 ** 20;
  };
  const { store, port } = await serve();
  told = undefined;
  change(store, '');
  const events: (() => number)[] = [];
  for (let index = 0; index < 20; index += 1) events.push(counted(await watch(store, port)));
  let sent = 0;
  const send = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) {
      change(store, `${index} ${'y'.repeat(1_000)}`);
      await turn();
    }
    sent += count;
    for (const count of events) await expect.poll(count, { timeout: 20_000 }).toBe(sent);
  };
  await send(200);
  const before = heapMiB();
  await send(2_000);
  // 2 MB of text went to each of them.
  expect(heapMiB() - before).toBeLessThan(2);
});
