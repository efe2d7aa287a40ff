import type { Lab } from './lab.js';

/** A program for a Pod: answers TCP and UDP on ports 80 and 8080, of both families. */
export const echoServer = `
for (const port of [80, 8080]) {
  require('net').createServer((socket) => socket.on('error', () => {}).on('data', (data) => socket.write(data))).listen(port, '::');
  const udp = require('dgram').createSocket('udp6');
  udp.on('message', (data, { port, address }) => udp.send(data, port, address)).bind(port);
}`;

export type Verdict = 'ok' | 'dropped' | 'rejected';

/** What is tried: `tcp/80`, `udp/80`, or `icmp`. */
export type Probe = `tcp/${number}` | `udp/${number}` | 'icmp';

/** Runs in the Pod: tries each target once, all at the same time, and prints a line for each. */
const probeProgram = `
const [waitMs, ...targets] = process.argv.slice(1);
for (const target of targets) {
  const [kind, ip, port] = target.split(' ');
  let done = (verdict) => { console.log(target + ' ' + verdict); done = () => {}; };
  if (kind === 'tcp') {
    const socket = require('net').connect(Number(port), ip);
    socket.on('connect', () => socket.write('x')).on('data', () => { done('ok'); socket.destroy(); });
    socket.on('error', () => done('rejected'));
    setTimeout(() => { done('dropped'); socket.destroy(); }, Number(waitMs));
  } else if (kind === 'udp') {
    const socket = require('dgram').createSocket(ip.includes(':') ? 'udp6' : 'udp4');
    socket.on('message', () => { done('ok'); socket.close(); }).on('error', () => { done('rejected'); socket.close(); });
    socket.connect(Number(port), ip, () => socket.send('x'));
    setTimeout(() => { done('dropped'); try { socket.close(); } catch {} }, Number(waitMs));
  } else {
    const ping = require('child_process').spawn('ping', ['-n', '-c1', '-W' + Number(waitMs) / 1000, ip]);
    let text = '';
    for (const out of [ping.stdout, ping.stderr]) out.on('data', (data) => { text += data; });
    ping.on('close', (code) => done(code === 0 ? 'ok' : /prohibited|filtered/i.test(text) ? 'rejected' : 'dropped'));
  }
}`;

/** Tries all probes on all addresses from a Pod (`namespace/name`); an answer tells what came of each probe, of each family. */
export async function probe(
  lab: Pick<Lab, 'exec'>,
  from: string,
  ips: readonly string[],
  probes: readonly Probe[],
): Promise<Record<string, string>> {
  const targets = probes.flatMap((each) => ips.map((ip) => targetOf(each, ip)));
  const { stdout } = await lab.exec(from, 'node', '-e', probeProgram, '1500', ...targets);
  const verdicts = new Map(
    stdout.split('\n').map((line): [string, string] => {
      const end = line.lastIndexOf(' ');
      return [line.slice(0, end), line.slice(end + 1)];
    }),
  );
  return Object.fromEntries(
    probes.map((each) => {
      const found = ips.map((ip) => verdicts.get(targetOf(each, ip)) ?? 'unknown');
      return [each, [...new Set(found)].join(', ')];
    }),
  );
}

function targetOf(each: Probe, ip: string): string {
  const [kind, port = ''] = each.split('/');
  return `${kind} ${ip} ${port}`;
}
