/**
 * Makes new connections and prints what came of them, as JSON: for each request how often which answer or error came.
 * `ask.mjs '[{ "protocol": "TCP", "address": "...", "port": 80, "times": 20 }]'`
 */
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';

const patience = Number(process.env.PATIENCE ?? 4000);
const atOnce = 16;

function askTcp({ address, port }) {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const end = (result) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(end, patience, 'silence');
    socket.once('data', (data) => end(String(data).trim()));
    socket.once('error', ({ code }) => end(code));
  });
}

/** A socket that is connected hears of it when a port is closed. */
function askUdp({ address, port }) {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    const end = (result) => {
      clearTimeout(timer);
      socket.close();
      resolve(result);
    };
    const timer = setTimeout(end, patience, 'silence');
    socket.once('message', (data) => end(String(data).trim()));
    socket.once('error', ({ code }) => end(code));
    socket.connect(port, address, (error) => (error ? end(error.code) : socket.send('hello')));
  });
}

/** Sends from one socket, as one connection, until all was sent, and counts who answers. */
function talkUdp({ address, port, times }) {
  return new Promise((resolve, reject) => {
    const counts = {};
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    socket.on('message', (data) => {
      const answer = String(data).trim();
      counts[answer] = (counts[answer] ?? 0) + 1;
    });
    socket.on('error', reject);
    let sent = 0;
    const timer = setInterval(() => {
      socket.send('hello', port, address);
      sent += 1;
      if (sent < times) return;
      clearInterval(timer);
      setTimeout(() => socket.close(() => resolve(counts)), 500);
    }, 50);
  });
}

async function ask(request) {
  if (request.oneConnection) return talkUdp(request);
  const counts = {};
  let left = request.times ?? 1;
  const asker = async () => {
    while (left-- > 0) {
      const answer = await (request.protocol === 'UDP' ? askUdp(request) : askTcp(request));
      counts[answer] = (counts[answer] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: request.atOnce ?? atOnce }, asker));
  return counts;
}

const answers = [];
for (const request of JSON.parse(process.argv[2])) answers.push(await ask(request));
console.log(JSON.stringify(answers));
