import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { OpenFlowSession, parseFlow } from '../index.js';
import { MemorySwitch } from './testing/memory-switch.js';

test('the session example of the README programs a switch', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'of-'));
  const path = join(directory, 'br.mgmt');
  let peer: MemorySwitch | undefined;
  const server = createServer((client) => {
    const memory = new MemorySwitch((bytes) => client.write(bytes));
    client.on('data', (bytes) => memory.receive(bytes));
    peer = memory;
  });
  server.listen(path);
  await once(server, 'listening');
  try {
    await example(path);
  } finally {
    server.close();
    rmSync(directory, { recursive: true });
  }
  expect(peer?.committed).toEqual([
    { type: 'flow_mod', command: 'add', ...parseFlow('table=1, priority=5 actions=drop') },
  ]);
  const code = /#region example\n(.*)\/\/ #endregion/s.exec(readFileSync(import.meta.filename, 'utf8'))?.[1];
  expect(readFileSync(new URL('../../README.md', import.meta.url), 'utf8')).toContain(code);
});

// #region example
async function example(path: string): Promise<void> {
  const socket = connect({ path });
  await new Promise<void>((ready, failed) => {
    const session = new OpenFlowSession({
      clock: { now: () => performance.now(), setTimer: (ms, run) => clearTimeout.bind(undefined, setTimeout(run, ms)) },
      write: (bytes) => socket.write(bytes),
      onReady: () => {
        const flow = parseFlow('table=1, priority=5 actions=drop');
        session.bundle([{ type: 'flow_mod', command: 'add', ...flow }]).then(ready, failed);
      },
      onEnd: (error) => {
        socket.destroy();
        failed(error);
      },
    });
    socket.on('connect', () => session.start());
    socket.on('data', (bytes) => session.receive(bytes));
    socket.on('drain', () => session.drained());
    socket.on('close', () => session.disconnected());
    socket.on('error', (error) => session.disconnected(error));
  });
  socket.destroy();
}
// #endregion
