import { patience, type Lab } from './lab.js';

/** Where commands can be run in Pods. */
export type Pods = Pick<Lab, 'exec'>;

/** Who should reach whom: `expected[from][to]`. */
export type TruthTable = ReadonlyMap<string, ReadonlyMap<string, boolean>>;

/** Every Pod reaches every address given for each Pod, itself included. */
export function everyoneReachesEveryone(pods: readonly string[]): TruthTable {
  return new Map(pods.map((from) => [from, new Map(pods.map((to) => [to, true]))]));
}

/** Pods that ask at the same time: more, and a small machine loses packets for want of processor time. */
const askersAtOnce = 4;

/**
 * Measures with ICMP echo and returns the differences from what is expected, one line each. A Pod's addresses are all
 * tried; one that does not answer makes the cell false.
 */
export async function reachabilityDifferences(
  lab: Pods,
  expected: TruthTable,
  addresses: ReadonlyMap<string, readonly string[]>,
): Promise<string[]> {
  const rows = [...expected];
  const differences: string[] = [];
  while (rows.length > 0) {
    const measured = rows.splice(0, askersAtOnce).map(async ([from, row]) => {
      const targets = [...row].flatMap(([to, want]) => (addresses.get(to) ?? []).map((ip) => ({ to, ip, want })));
      const ips = targets.map(({ ip }) => ip);
      const answered = await pingAll(lab, from, ips);
      return targets
        .filter(({ ip, want }) => answered.has(ip) !== want)
        .map(({ to, ip, want }) => `${from} -> ${to} (${ip}): expected ${want ? 'answer' : 'silence'}`);
    });
    differences.push(...(await Promise.all(measured)).flat());
  }
  return differences;
}

/** One process in the Pod for each target, all at once, that asks every second until it is answered. */
async function pingAll(lab: Pods, from: string, ips: readonly string[]): Promise<ReadonlySet<string>> {
  const script = ips.map((ip) => `ping -n -q -c1 -w${4 * patience} ${ip} >/dev/null && echo ${ip} &`).join('\n');
  const { stdout } = await lab.exec(`default/${from}`, 'sh', '-c', `${script}\nwait`);
  return new Set(stdout.split('\n').filter((line) => line !== ''));
}
