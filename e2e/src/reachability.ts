import type { Lab } from './lab.js';

/** Who should reach whom: `expected[from][to]`. */
export type TruthTable = ReadonlyMap<string, ReadonlyMap<string, boolean>>;

/** Every Pod reaches every address given for each Pod, itself included. */
export function everyoneReachesEveryone(pods: readonly string[]): TruthTable {
  return new Map(pods.map((from) => [from, new Map(pods.map((to) => [to, true]))]));
}

/**
 * Measures with ICMP echo and returns the differences from what is expected, one line each. A Pod's addresses are all
 * tried; one that does not answer makes the cell false. One retry: the first packet between two Nodes waits for the
 * underlay's neighbour discovery.
 */
export async function reachabilityDifferences(
  lab: Lab,
  expected: TruthTable,
  addresses: ReadonlyMap<string, readonly string[]>,
): Promise<string[]> {
  const rows = await Promise.all(
    [...expected].map(async ([from, row]) => {
      const targets = [...row].flatMap(([to, want]) => (addresses.get(to) ?? []).map((ip) => ({ to, ip, want })));
      const answered = await pingAll(
        lab,
        from,
        targets.map(({ ip }) => ip),
      );
      return targets
        .filter(({ ip, want }) => answered.has(ip) !== want)
        .map(({ to, ip, want }) => `${from} -> ${to} (${ip}): expected ${want ? 'answer' : 'silence'}`);
    }),
  );
  return rows.flat();
}

/** One process in the Pod pings all targets at once. */
async function pingAll(lab: Lab, from: string, ips: readonly string[]): Promise<ReadonlySet<string>> {
  const script = ips
    .map((ip) => `(ping -n -q -c1 -W1 ${ip} >/dev/null || ping -n -q -c1 -W2 ${ip} >/dev/null) && echo ${ip} &`)
    .join('\n');
  const { stdout } = await lab.exec(`default/${from}`, 'sh', '-c', `${script}\nwait`);
  return new Set(stdout.split('\n').filter((line) => line !== ''));
}
