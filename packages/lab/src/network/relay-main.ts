/**
 * Helper program: leads connections to a local socket on to a TCP port of the namespace it was started in.
 *
 *   relay-main.js SOCKET PORT
 *
 * Says "ready" once it listens.
 */
import { rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';

const [socketPath = '', port = ''] = process.argv.slice(2);

const server = createServer((inner) => {
  const outer = connect(Number(port), '127.0.0.1');
  const end = (): void => {
    inner.destroy();
    outer.destroy();
  };
  for (const socket of [inner, outer]) socket.on('error', end).on('close', end);
  inner.pipe(outer).pipe(inner);
});
rmSync(socketPath, { force: true });
server.listen(socketPath, () => process.stdout.write('ready\n'));
