import { whyNoLab, withLab, type BenchLab } from '../lab/bench-lab.js';
import { timed, until } from '../measure/repeat.js';
import { summarize } from '../measure/summary.js';
import type { Context, Row, Workload } from '../workload.js';

const node = 'node-1';

interface Damage {
  readonly what: string;
  readonly command: string;
  /** Prints the same again when it is repaired. */
  readonly look: string;
}

const damages: readonly Damage[] = [
  {
    what: 'a deleted flow',
    command: 'ovs-ofctl -O OpenFlow13 del-flows br-int table=70',
    look: 'ovs-ofctl -O OpenFlow13 dump-flows br-int --no-stats table=70 | sort',
  },
  {
    what: 'a deleted route',
    command: 'ip route del 10.10.2.0/24',
    look: 'ip route show 10.10.2.0/24',
  },
  {
    what: 'a flushed iptables chain',
    command: 'iptables -w -t nat -F ANTREA-POSTROUTING',
    look: 'iptables -w -t nat -S ANTREA-POSTROUTING',
  },
];

/** How long it takes until what somebody removed by hand is there again. */
export const repair: Workload = {
  name: 'repair',
  description: 'time until a flow, a route and a rule that somebody deleted are back',
  whyNot: whyNoLab,
  run: (context) => withLab(['--nodes', '2'], (lab) => measure(lab, context), context),
};

async function measure(lab: BenchLab, { quick, signal, progress }: Context): Promise<Row[]> {
  const shell = (script: string): Promise<string> => lab.inNode(node, ['sh', '-c', script]);
  const rows: Row[] = [];
  for (const { what, command, look } of damages) {
    progress(what);
    const before = await shell(look);
    const samples: number[] = [];
    for (let i = 0; i < (quick ? 1 : 5); i += 1) {
      await shell(command);
      const isBack = async (): Promise<true | undefined> => (await shell(look)) === before || undefined;
      samples.push(await timed(() => until(what, isBack, { signal, timeoutMs: 60_000, intervalMs: 50 })));
    }
    rows.push({
      what: `repair of ${what}`,
      unit: 'ms',
      better: 'lower',
      ours: summarize(samples, 'lower'),
      goal: '≤ 30 000 ms',
    });
  }
  return rows;
}
