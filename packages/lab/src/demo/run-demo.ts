import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { createKubeClient, loadKubeconfig } from '@antrea-ts/kube';
import pc from 'picocolors';
import { takeDown } from '../cli/down.js';
import { interruptible } from '../cli/interruptible.js';
import { defaultDatapath } from '../cli/machine.js';
import { createProgress } from '../cli/progress.js';
import { renderTable } from '../cli/table.js';
import { runAttached } from '../cli/run-attached.js';
import { bringUp } from '../cli/up.js';
import { LabError } from '../errors.js';
import type { NamespaceRecord } from '../lab.js';
import { ipChoices, type LabOptions } from '../options.js';
import { labRoot, type LabPaths } from '../paths.js';
import { planAddresses } from '../plan/addresses.js';
import { createDemoPods, type DemoPod } from './demo-pods.js';
import { measureAll, type Place, type Target } from './measure.js';
import { playService } from './service-act.js';
import { playPolicies } from './policy-act.js';
import { renderMeasurements } from './render-measurements.js';

/** Runs the demo and returns its exit code: 0 when everybody who should be reached was reached. */
export async function runDemo(args: readonly string[]): Promise<number> {
  const command = new Command('demo')
    .description('Watch a two-Node cluster come up and its Pods talk through Open vSwitch.')
    .option('--keep', 'leave the lab up to look around', false)
    .addOption(new Option('--ip <families>', 'IP families').choices(ipChoices).default('v4'))
    .exitOverride();
  try {
    const { keep, ip } = command.parse([...args], { from: 'user' }).opts<{ keep: boolean; ip: LabOptions['ip'] }>();
    return await runInLab({ keep, ip });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const text =
      error instanceof LabError
        ? error.message
        : error instanceof Error
          ? (error.stack ?? error.message)
          : String(error);
    process.stderr.write(`${pc.red('error:')} ${text}\n`);
    return 1;
  }
}

async function runInLab({ keep, ip }: { readonly keep: boolean; readonly ip: LabOptions['ip'] }): Promise<number> {
  const root = labRoot();
  const name = `demo-${randomBytes(3).toString('hex')}`;
  const progress = createProgress();
  const options: LabOptions = {
    nodes: 2,
    ip,
    mode: 'encap',
    tunnel: 'geneve',
    datapath: defaultDatapath(),
    encryption: 'none',
    transportInterface: false,
    featureGates: {},
    agentConfig: '',
  };
  const clean = async (): Promise<void> => {
    progress.step('cleaning up');
    await takeDown(root, name);
    progress.end('nothing is left of it');
  };
  const show = async (paths: LabPaths): Promise<boolean> => {
    progress.step('four Pods: scheduled, plugged into br-int by the CNI plugin, started');
    const pods = await createPods(paths, options);
    progress.end('cluster and Pods are up');
    const complete = await showConnectivity(paths, options, pods);
    await showService(paths, pods);
    await showPolicies(paths, pods);
    await showInside(name, paths);
    if (keep) showWhereToLook(name, pods);
    return complete;
  };
  let isShown = false;
  try {
    const paths = await bringUp(root, name, options, progress);
    const complete = await interruptible(() => show(paths), clean);
    isShown = true;
    return complete ? 0 : 1;
  } finally {
    if (!keep || !isShown) await clean();
    if (!keep && isShown) process.stdout.write(`\nTo look around in it yourself: ${pc.bold('./tools/demo --keep')}\n`);
  }
}

async function createPods(paths: LabPaths, options: LabOptions): Promise<readonly DemoPod[]> {
  const client = createKubeClient(await loadKubeconfig(paths.kubeconfig, {}));
  try {
    const nodes = planAddresses(options).nodes.map((node) => node.name);
    return await createDemoPods(client, paths, nodes);
  } finally {
    await client.close();
  }
}

async function showConnectivity(paths: LabPaths, options: LabOptions, pods: readonly DemoPod[]): Promise<boolean> {
  const record = JSON.parse(readFileSync(paths.namespaces, 'utf8')) as NamespaceRecord;
  const plan = planAddresses(options);
  const places: Place[] = [
    ...pods.map(({ name, node, pid }) => ({ name, detail: `Pod on ${node}`, pid })),
    ...plan.nodes.map((node) => ({ name: node.name, detail: 'Node', pid: record.nodes[node.name]! })),
  ];
  let complete = true;
  for (const [index, family] of plan.families.entries()) {
    const targets: Target[] = [
      ...pods.map(({ name, ips }) => ({ name, address: ips[index] ?? '' })),
      { name: 'outside', address: family.web },
    ];
    const measured = await measureAll(places, targets);
    complete &&= measured.every(({ cells }) => cells.every((cell) => cell.reached === 'wholly'));
    const title = `${family.family === 'ipv4' ? 'IPv4' : 'IPv6'}: who reaches whom; ping round trip, and HTTP answer`;
    process.stdout.write(`\n${pc.bold(title)}\n\n${renderMeasurements(measured, targets)}\n`);
  }
  return complete;
}

async function showService(paths: LabPaths, pods: readonly DemoPod[]): Promise<void> {
  const { clusterIp, client, servers, steps } = await playService(paths, pods);
  const title = `a Service, shop (${clusterIp}): who answers ${client.name} when it asks for http://shop/`;
  const table = renderTable(
    ['', ...servers.map(({ name, node }) => `${name} ${pc.dim(`on ${node}`)}`)],
    steps.map((step) => [step.title, ...servers.map(({ name }) => renderCount(step.answers.get(name) ?? 0))]),
  );
  process.stdout.write(`\n${pc.bold(title)}\n\n${table}\n`);
}

function renderCount(count: number): string {
  return count === 0 ? pc.dim('0') : pc.green(String(count));
}

async function showPolicies(paths: LabPaths, pods: readonly DemoPod[]): Promise<void> {
  await playPolicies(paths, pods, ({ title, rows, targets }) => {
    process.stdout.write(`\n${pc.bold(title)}\n\n${renderMeasurements(rows, targets)}\n`);
  });
}

/** A first look inside, taken with the same commands that the user has. */
async function showInside(name: string, paths: LabPaths): Promise<void> {
  process.stdout.write(`\n${pc.bold(`$ ./tools/lab --name ${name} kubectl get pods -o wide`)}\n`);
  const kubectl = { env: { KUBECONFIG: paths.kubeconfig }, debianPackage: 'kubernetes-client' };
  await runAttached('kubectl', ['get', 'pods', '-o', 'wide'], kubectl);
  process.stdout.write(`\n${pc.bold(`$ ./tools/lab --name ${name} kubectl get services,networkpolicies`)}\n`);
  await runAttached('kubectl', ['get', 'services,networkpolicies'], kubectl);
  process.stdout.write('\n');
}

function showWhereToLook(name: string, pods: readonly DemoPod[]): void {
  const lab = `./tools/lab --name ${name}`;
  const [first, ...rest] = pods;
  const far = rest.find(({ node }) => node !== first?.node);
  const lines = [
    [`${lab} node node-1 -- ovs-ofctl -O OpenFlow13 dump-flows br-int`, 'the pipeline of a Node'],
    [`${lab} node node-1 -- ovs-vsctl show`, 'its bridges and ports'],
    [`${lab} exec default/${first?.name} -- ping ${far?.ips[0]}`, 'Pod to Pod through the tunnel'],
    [`${lab} capture node-1 -- udp port 6081`, 'and what that is on the wire'],
    [`${lab} kubectl describe pod ${first?.name}`, 'plain kubectl'],
    [`${lab} logs agent node-1`, 'what the agent did'],
    [`${lab} status`, 'all of it'],
    [`${lab} down`, 'removes everything'],
  ] as const;
  const width = Math.max(...lines.map(([line]) => line.length));
  process.stdout.write(
    `Where to look next:\n\n${lines.map(([line, what]) => `  ${line.padEnd(width)}  ${pc.dim(`# ${what}`)}\n`).join('')}`,
  );
}
