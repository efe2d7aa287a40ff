import { BenchLab, whyNoLab } from '../lab/bench-lab.js';
import { timed } from '../measure/repeat.js';
import { summarize } from '../measure/summary.js';
import type { Workload } from '../workload.js';

/** From the command until every Node is Ready: API, Open vSwitch, agents and all. */
export const labUp: Workload = {
  name: 'lab-up',
  description: 'time until a lab is up, and until it is removed',
  whyNot: whyNoLab,
  async run({ quick, signal, progress }) {
    const nodes = quick ? 1 : 2;
    const repetitions = quick ? 1 : 5;
    const up: number[] = [];
    const down: number[] = [];
    for (let index = 0; index < repetitions; index += 1) {
      progress(`lab with ${nodes} Nodes, ${index + 1} of ${repetitions}`);
      const lab = new BenchLab({ signal });
      try {
        up.push((await timed(() => lab.run(['up', '--nodes', String(nodes)]))) / 1_000);
      } finally {
        down.push((await timed(() => lab.down())) / 1_000);
      }
    }
    return [
      { what: `lab up, ${nodes} Nodes`, unit: 's', better: 'lower', ours: summarize(up, 'lower') },
      { what: `lab down, ${nodes} Nodes`, unit: 's', better: 'lower', ours: summarize(down, 'lower') },
    ];
  },
};
