import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../clock.js';
import { DatabaseConnection } from './connection.js';

let directory: string;
let server: Server;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'db-'));
});
afterEach(async () => {
  server.close();
  await rm(directory, { recursive: true });
});

const signal = () => AbortSignal.timeout(5_000);

/** A connection to a server that says the given bytes to whatever it is asked. */
async function connectTo(answer: string | undefined) {
  const path = join(directory, 'db.sock');
  server = createServer((socket) => {
    socket.on('error', () => undefined).on('data', () => answer !== undefined && socket.write(answer));
  }).listen(path);
  await once(server, 'listening');
  const options = { path, clock: systemClock, probeIntervalMs: 0, onEvent: () => undefined };
  return DatabaseConnection.open({ ...options, signal: signal() });
}

test('a request on a connection that has ended fails at once, even before everybody knows', async () => {
  const connection = await connectTo(undefined);
  const request = () => connection.request(connection.session.request('echo', []), { signal: signal() });
  const unanswered = request();
  connection.destroy(new Error('why'));
  expect(connection.open).toBe(false);
  const cause = { message: 'why' };
  await expect(request()).rejects.toMatchObject({ code: 'disconnected', cause });
  await expect(unanswered).rejects.toMatchObject({ code: 'disconnected', cause: { cause } });
  expect(await connection.closed).toMatchObject(cause);
});

test('a peer that speaks something else ends the connection with the reason', async () => {
  const connection = await connectTo('HTTP/1.1 400 Bad Request\r\n\r\n');
  const asked = connection.request(connection.session.request('echo', []), { signal: signal() });
  await expect(asked).rejects.toMatchObject({ code: 'disconnected', cause: { code: 'malformed' } });
  expect(await connection.closed).toMatchObject({ code: 'malformed' });
});
