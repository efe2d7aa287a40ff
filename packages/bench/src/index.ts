export { runBench, type BenchResult } from './run-bench.js';
export { summarize, type Better, type Summary } from './measure/summary.js';
export type { Context, Row, Workload } from './workload.js';
export { workloads } from './workloads/index.js';
