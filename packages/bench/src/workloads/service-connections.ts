import { withLab, whyNoLab, type BenchLab } from '../lab/bench-lab.js';
import { summarize } from '../measure/summary.js';
import type { Context, Row, Workload } from '../workload.js';

const endpoints = 10;
const firstPort = 8_000;

/** Real connections of one Pod to another Node's: through a Service, and past it. */
export const serviceConnections: Workload = {
  name: 'service-connections',
  description: 'connections per second through a Service and direct, and how they are shared out among Endpoints',
  whyNot: whyNoLab,
  run: (context) => withLab(['--nodes', '2'], (lab) => measure(lab, context), context),
};

async function measure(lab: BenchLab, { quick, progress, signal }: Context): Promise<Row[]> {
  const address = await setUp(lab);
  const direct: number[] = [];
  const through: number[] = [];
  for (let index = 0; index < (quick ? 1 : 7); index += 1) {
    signal.throwIfAborted();
    progress(`connections, ${index + 1}`);
    // By turns, so that a busy moment of the machine meets both.
    direct.push(await connectionsPerSecond(lab, address.pod, firstPort, quick ? 500 : 2_000));
    through.push(await connectionsPerSecond(lab, address.service, 80, quick ? 500 : 2_000));
  }
  progress('shares');
  const share = await shares(lab, address, quick ? 1_000 : 20_000);
  return [
    {
      what: 'connections through a Service to another Node, beside them direct ones',
      unit: 'connections/s',
      better: 'higher',
      ours: summarize(through, 'higher'),
      peer: { tool: 'without Service', summary: summarize(direct, 'higher') },
    },
    {
      what: `connections per Endpoint of ${endpoints}, chi-square ${share.chiSquare.toFixed(1)} (${endpoints - 1} degrees of freedom)`,
      unit: 'connections',
      better: 'higher',
      ours: summarize(share.counts, 'higher'),
    },
  ];
}

/** Counts connections by port; tells the counts, and starts anew, to whoever connects to the port before the first. */
const server = `
const net = require('net'), counts = new Array(${endpoints}).fill(0);
for (let i = 0; i < ${endpoints}; i++) net.createServer((s) => { counts[i]++; s.on('error', () => {}); s.resume(); s.on('end', () => s.end()); }).listen(${firstPort} + i);
net.createServer((s) => { s.end(JSON.stringify(counts)); counts.fill(0); }).listen(${firstPort - 1});
`;

/** Connects so many times, eight at once, and resets, so that no port has to rest; tells how many a second. */
const client = `
const net = require('net'), [, host, port, count] = process.argv, start = performance.now();
let left = Number(count), open = 0, done = 0;
const next = () => { while (open < 8 && left > 0) { left--; open++;
  const s = net.connect({ host, port: Number(port) }, () => s.resetAndDestroy());
  s.on('error', () => {}); s.on('close', () => { open--; done++; if (done == count) console.log(done / (performance.now() - start) * 1000); else next(); }); } };
next();
`;

const reader = `require('net').connect(${firstPort - 1}, process.argv[1]).pipe(process.stdout)`;

async function setUp(lab: BenchLab): Promise<{ readonly pod: string; readonly service: string }> {
  const pod = (name: string, nodeName: string, command: readonly string[]) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { nodeName, containers: [{ name: 'main', image: 'none', command }] },
  });
  await apply(lab, [
    pod('server', 'node-2', ['node', '-e', server]),
    pod('client', 'node-1', ['sleep', 'infinity']),
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'bench' }, spec: { ports: [{ port: 80 }] } },
  ]);
  await lab.run(['kubectl', 'wait', '--for=condition=Ready', '--timeout=60s', 'pod/server', 'pod/client']);
  const podAddress = await field(lab, 'pod/server', '{.status.podIP}');
  const subsets = Array.from({ length: endpoints }, (_, index) => ({
    addresses: [{ ip: podAddress }],
    ports: [{ port: firstPort + index }],
  }));
  await apply(lab, [{ apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'bench' }, subsets }]);
  const service = await field(lab, 'service/bench', '{.spec.clusterIP}');
  // Until the switch has it.
  for (let tries = 0; tries < 50; tries += 1) {
    if ((await connectionsPerSecond(lab, service, 80, 1)) > 0) break;
  }
  return { pod: podAddress, service };
}

async function apply(lab: BenchLab, items: readonly object[]): Promise<void> {
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  await lab.run(['kubectl', 'apply', '-f', '-'], { input });
}

async function field(lab: BenchLab, object: string, path: string): Promise<string> {
  return (await lab.run(['kubectl', 'get', object, '-o', `jsonpath=${path}`])).stdout;
}

async function connectionsPerSecond(lab: BenchLab, host: string, port: number, count: number): Promise<number> {
  const { stdout } = await inClient(lab, client, host, String(port), String(count));
  return Number(stdout);
}

async function shares(
  lab: BenchLab,
  { pod, service }: { readonly pod: string; readonly service: string },
  count: number,
): Promise<{ readonly counts: readonly number[]; readonly chiSquare: number }> {
  await inClient(lab, reader, pod);
  await connectionsPerSecond(lab, service, 80, count);
  const counts = JSON.parse((await inClient(lab, reader, pod)).stdout) as number[];
  const mean = counts.reduce((sum, each) => sum + each, 0) / counts.length;
  return { counts, chiSquare: counts.reduce((sum, each) => sum + (each - mean) ** 2 / mean, 0) };
}

function inClient(lab: BenchLab, script: string, ...args: string[]): Promise<{ readonly stdout: string }> {
  return lab.run(['exec', 'default/client', '--', 'node', '-e', script, ...args]);
}
