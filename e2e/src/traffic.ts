import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, type Lab } from './lab.js';
import { parsePingSequence } from './ping.js';

const port = 7000;

/** The command of a Pod that prints each datagram that it hears. */
export const listener: readonly string[] = [
  'node',
  '-e',
  `require('dgram').createSocket('udp4').on('message', (m) => console.log(String(m))).bind(${port})`,
];

/** Sends datagrams, each from a port of its own and so a connection of its own; at last prints how many. */
const sender = `const [, tag, target, interval, stop] = process.argv;
let sent = 0;
const timer = setInterval(() => {
  if (require('fs').existsSync(stop)) { clearInterval(timer); console.log(String(sent)); return; }
  const socket = require('dgram').createSocket('udp4');
  socket.send(tag + ' ' + sent++, ${port}, target, () => socket.close());
}, interval)`;

export interface Flow {
  /** Pod of the default namespace. */
  readonly from: string;
  /** Another address than its own to send from. */
  readonly forged?: string;
}

/** What became of packets that were sent while something happened. */
export interface Count {
  readonly sent: number;
  /** Answered pings, or datagrams that arrived. */
  readonly received: number;
  /** Those that did not arrive although a later one did: not merely on their way at the end. */
  readonly lost: number;
}

export interface Counts {
  /** Pings of one connection, counted where their answers come back. */
  readonly pings: Count;
  /** Datagrams of as many connections, counted where they arrive. */
  readonly datagrams: Count;
}

/** Has Pods send to one that runs the {@link listener} while something happens; counts on both ends. */
export async function countDuring(
  lab: Lab,
  { flows, to, intervalMs }: { readonly flows: readonly Flow[]; readonly to: string; readonly intervalMs: number },
  event: () => Promise<void>,
): Promise<Counts[]> {
  const [target = ''] = await lab.podIps(to);
  const directory = mkdtempSync(join(tmpdir(), 'antrea-e2e-'));
  const stop = join(directory, 'stop');
  const running = flows.map(async ({ from, forged }, index): Promise<Counts> => {
    const source = forged === undefined ? '' : `-I ${forged}`;
    const pinging = shell(
      lab,
      from,
      `ping -n -i ${intervalMs / 1_000} -W 1 ${source} ${target} & p=$!
       while [ ! -e ${stop} ]; do sleep 0.1; done
       kill -INT $p; wait $p`,
    );
    if (forged !== undefined) return { pings: parsePingSequence(await pinging), datagrams: none };
    const tag = `${directory.slice(-6)}-${from}-${index}`;
    const node = ['node', '-e', sender, tag, target, String(intervalMs), stop];
    const sending = lab.ok(['exec', `default/${from}`, '--', ...node], { timeout: longest });
    const [pings, sent] = [parsePingSequence(await pinging), Number(await sending)];
    return { pings, datagrams: await arrived(lab, to, tag, sent) };
  });
  try {
    await event();
  } finally {
    writeFileSync(stop, '');
    await Promise.allSettled(running);
    rmSync(directory, { recursive: true });
  }
  return Promise.all(running);
}

const longest = 7_200_000;
const none: Count = { sent: 0, received: 0, lost: 0 };

async function shell(lab: Lab, pod: string, script: string): Promise<string> {
  const { stdout } = await lab.run(['exec', `default/${pod}`, '--', 'sh', '-c', script], { timeout: longest });
  return stdout;
}

/** The last ones have a moment to arrive. */
async function arrived(lab: Lab, pod: string, tag: string, sent: number): Promise<Count> {
  const numbers = async (): Promise<Set<number>> => {
    const log = await lab.kubectl(['logs', pod]);
    return new Set([...log.matchAll(new RegExp(`^${tag} (\\d+)$`, 'gm'))].map(([, number]) => Number(number)));
  };
  const complete = async (): Promise<void> => {
    if ((await numbers()).size < sent) throw new Error('some are missing');
  };
  await eventually(complete, 1_500).catch(() => undefined);
  const heard = await numbers();
  const last = [...heard].reduce((a, b) => Math.max(a, b), -1);
  return { sent, received: heard.size, lost: last + 1 - heard.size };
}
