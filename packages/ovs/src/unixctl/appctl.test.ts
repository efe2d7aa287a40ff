import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { appctl } from './appctl.js';

let runDir: string;
beforeEach(async () => {
  runDir = await mkdtemp(join(tmpdir(), 'ctl-'));
});
afterEach(() => rm(runDir, { recursive: true }));

/** A daemon whose control socket does as told. */
async function daemon(behave: (socket: Socket) => void) {
  await writeFile(join(runDir, 'ovs-vswitchd.pid'), '4711\n');
  const server = createServer((socket) => {
    socket.once('data', () => behave(socket));
  }).listen(join(runDir, 'ovs-vswitchd.4711.ctl'));
  await once(server, 'listening');
  return { [Symbol.asyncDispose]: async () => void server.close() };
}

const ask = (signal = AbortSignal.timeout(5_000)) => appctl({ runDir }, 'version', [], { signal, pidTimeoutMs: 50 });

test('an answer may come in pieces', async () => {
  const server = await daemon((socket) => {
    socket.write('{"id":0,"result":"3.');
    setImmediate(() => socket.write('1\\n","error":null}'));
  });
  expect(await ask()).toBe('3.1\n');
  await server[Symbol.asyncDispose]();
});

test.each([
  ['a refusal', 'appctl', '{"id":0,"error":"no way\\n","result":null}', 'no way'],
  ['an answer without text', 'appctl', '{"id":0,"error":null,"result":5}', 'not text'],
  ['bytes that are no JSON', 'appctl', 'HTTP/1.1 400', 'no JSON-RPC'],
  ['the end', 'unreachable', '', 'without an answer'],
])('%s is an error', async (_, code, bytes, words) => {
  const server = await daemon((socket) => socket.end(bytes));
  await expect(ask()).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  await server[Symbol.asyncDispose]();
});

test('a daemon that never answers is left when the caller wants', async () => {
  const server = await daemon(() => undefined);
  const reason = new Error('enough');
  const abort = new AbortController();
  const asking = ask(abort.signal);
  setImmediate(() => abort.abort(reason));
  await expect(asking).rejects.toBe(reason);
  await server[Symbol.asyncDispose]();
});

test('a PID file without a daemon, and one without a PID', async () => {
  await writeFile(join(runDir, 'ovs-vswitchd.pid'), '4711\n');
  await expect(ask()).rejects.toMatchObject({ code: 'not running', message: expect.stringContaining('4711.ctl') });
  await writeFile(join(runDir, 'ovs-vswitchd.pid'), '');
  await expect(ask()).rejects.toMatchObject({ code: 'not running', message: expect.stringContaining('no process id') });
});
