/**
 * Stands behind a Service: says who it is and who asks, over TCP and UDP, and echoes what follows over TCP.
 * `server.mjs NAME PORT...`; with `@` for a name it says at which of its addresses it was asked.
 */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

const [name, ...ports] = process.argv.slice(2);
const plain = (address = '') => address.replace('::ffff:', '');
const line = (who, address) => `${who} ${plain(address)}\n`;

for (const port of ports) {
  createServer((socket) => {
    socket.on('error', () => socket.destroy());
    const who = name === '@' ? `${plain(socket.localAddress)}:${port}` : name;
    socket.write(line(who, socket.remoteAddress));
    socket.pipe(socket);
  }).listen({ port, host: '::', backlog: 1000 });
  const udp = createSocket('udp6');
  udp.on('message', (_, from) => udp.send(line(name, from.address), from.port, from.address));
  udp.bind(Number(port), '::');
}
