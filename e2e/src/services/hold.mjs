/**
 * Opens connections to a Service and talks over each until the file STOP is there. Prints how many broke, and to whom
 * the others lead. `hold.mjs ADDRESS PORT COUNT STOP`
 */
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const [address, port, count, stop] = process.argv.slice(2);

function open() {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port: Number(port), noDelay: true });
    const held = { socket, name: '', echoed: 0, broken: undefined };
    socket.once('data', (data) => {
      held.name = String(data).split(' ')[0];
      socket.on('data', (more) => (held.echoed += more.length));
      resolve(held);
    });
    socket.on('error', (error) => {
      held.broken = error.code;
      reject(error);
    });
    socket.on('close', () => (held.broken ??= 'closed'));
  });
}

const all = await Promise.all(Array.from({ length: Number(count) }, open));
console.log(JSON.stringify(all.map(({ name }) => name)));
let sent = 0;
while (!existsSync(stop)) {
  for (const { socket } of all) if (socket.writable) socket.write('x');
  sent += 1;
  await pause(20);
}
await pause(Number(process.env.PATIENCE ?? 4000) / 2);
console.log(
  JSON.stringify(all.map(({ name, broken, echoed }) => ({ name, broken: broken ?? '', missing: sent - echoed }))),
);
process.exit(0);
