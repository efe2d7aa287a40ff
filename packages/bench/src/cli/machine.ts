import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** Where and under which load it was measured: figures of different machines do not compare. */
export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly memoryGiB: number;
  readonly node: string;
  /** Load averages of the last minute, before the first workload and after the last. */
  readonly loadBefore: number;
  readonly loadAfter: number;
}

export function currentLoad(): number {
  return loadavg()[0] ?? 0;
}

export function describeMachine(loadBefore: number): Machine {
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    loadBefore,
    loadAfter: currentLoad(),
  };
}

export function machineLine({ cores, processor, memoryGiB, node, loadBefore, loadAfter }: Machine): string {
  return (
    `${cores} cores (${processor}), ${memoryGiB} GiB, Node.js ${node}; ` +
    `load average ${loadBefore.toFixed(1)} before, ${loadAfter.toFixed(1)} after`
  );
}
