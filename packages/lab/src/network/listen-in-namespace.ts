/**
 * Helper program: opens the sockets asked for in the namespace it was started in, sends each to its parent and ends.
 * It waits for the parent after each, because a handle may be dropped when its sender ends too early.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { ListenRequest } from './passed-sockets.js';

const requests = JSON.parse(process.argv[2] ?? '[]') as readonly ListenRequest[];

for (const request of requests) {
  const received = once(process, 'message');
  const { address, port } = request;
  const family = address.includes(':') ? 'udp6' : 'udp4';
  if (request.kind === 'tcp') {
    const server = createServer().listen(port, address);
    await once(server, 'listening');
    process.send!('tcp', server);
    await received;
    server.close();
  } else {
    const socket = createSocket(family).bind(port, address);
    await once(socket, 'listening');
    process.send!('udp', socket);
    await received;
    socket.close();
  }
}
process.disconnect();
