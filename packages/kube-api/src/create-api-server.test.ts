import { request } from 'node:https';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { startApiServer, type ApiServer } from './create-api-server.js';

const opened: Server[] = [];
afterEach(() => {
  for (const server of opened.splice(0)) server.close();
});

async function listening(): Promise<Server> {
  const server = createServer();
  opened.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** Asks for the version and leaves the connection open; resolves when that is closed, too. */
async function ask(
  server: ApiServer,
  port: number,
): Promise<{ readonly code: number; readonly closed: Promise<void> }> {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, path: '/version', ca: server.caPem }, (response) => {
      const closed = new Promise<void>((done) => response.socket.on('close', () => done()));
      response.resume();
      response.on('end', () => resolve({ code: response.statusCode ?? 0, closed }));
    });
    call.on('error', reject);
    call.end();
  });
}

it('serves what others accept, and ends idle connections when it stops', async () => {
  const server = await startApiServer({ listeners: [{ host: '127.0.0.1', port: 0 }] });
  const other = await listening();
  server.acceptFrom(other);
  const own = await ask(server, (server.addresses[0] as AddressInfo).port);
  const foreign = await ask(server, (other.address() as AddressInfo).port);
  expect([own.code, foreign.code]).toEqual([200, 200]);
  const begin = performance.now();
  await server.stop();
  await Promise.all([own.closed, foreign.closed]);
  // Otherwise it waits for what its clients hold open, which is five seconds at least.
  expect(performance.now() - begin).toBeLessThan(3_000);
});
