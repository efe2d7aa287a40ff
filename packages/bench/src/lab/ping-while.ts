import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../measure/repeat.js';
import type { BenchLab } from './bench-lab.js';

export interface PingsWhile {
  readonly sent: number;
  readonly lost: number;
  /** The longest time between two answers. */
  readonly longestGapMs: number;
}

/** So long it pings before something happens. */
const leadMs = 300;

/** Has Pod `from` ping an address a thousand times a second while something happens. */
export async function pingWhile(
  lab: BenchLab,
  { from, to }: { readonly from: string; readonly to: string },
  event: () => Promise<void>,
): Promise<PingsWhile> {
  const directory = await mkdtemp(join(tmpdir(), 'antrea-bench-'));
  const [begun, stop] = [join(directory, 'begun'), join(directory, 'stop')];
  const script = `until ping -n -c 1 -W 1 ${to} >/dev/null; do [ ! -e ${stop} ] || exit 1; done
    : >${begun}
    ping -n -D -i 0.001 -W 1 ${to} & p=$!
    while [ ! -e ${stop} ]; do sleep 0.05; done
    kill -INT $p; wait $p || true`;
  const pinging = lab.run(['exec', `default/${from}`, '--', 'sh', '-c', script]);
  try {
    // What happens before the first packet is no part of it.
    const hasBegun = async (): Promise<true | undefined> => existsSync(begun) || undefined;
    const timeoutMs = 20_000;
    await until('the first ping', hasBegun, { signal: AbortSignal.timeout(2 * timeoutMs), timeoutMs });
    await pause(leadMs);
    await event();
  } finally {
    await writeFile(stop, '');
    await pinging.catch(() => undefined);
    await rm(directory, { recursive: true });
  }
  return parsePings((await pinging).stdout);
}

/** Reads what `ping -D` prints. */
export function parsePings(output: string): PingsWhile {
  const summary = /(\d+) packets transmitted, (\d+) received/.exec(output);
  if (!summary) throw new Error(`not the output of ping: ${output.slice(-500)}`);
  const times = [...output.matchAll(/^\[([\d.]+)\] .*icmp_seq=/gm)].map(([, seconds]) => Number(seconds) * 1_000);
  const gaps = times.slice(1).map((time, index) => time - times[index]!);
  const [sent, received] = [Number(summary[1]), Number(summary[2])];
  return { sent, lost: sent - received, longestGapMs: gaps.reduce((a, b) => Math.max(a, b), 0) };
}
