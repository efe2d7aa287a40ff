import type { Node, Pod } from 'kubernetes-types/core/v1.js';
import { runCommand } from '@antrea-ts/runtime';
import type { Lab } from './lab.js';
import type { LabNode } from './node/lab-node.js';
import type { LabOptions } from './options.js';
import type { LabPaths } from './paths.js';
import type { ComponentProcess } from './process/component-process.js';
import type { ComponentStatus, LabStatus, NodeStatus, PodStatusRow } from './status.js';

/** Collects what `lab status` tells. Healthy: every component runs and every Node is Ready. */
export async function collectStatus(modules: {
  readonly paths: LabPaths;
  readonly options: LabOptions;
  readonly phase: LabStatus['phase'];
  readonly lab: Lab | undefined;
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
}): Promise<LabStatus> {
  const { paths, options, phase, lab } = modules;
  const components = lab ? [controllerRow(lab), ...[...lab.nodes.values()].flatMap(componentsOf)] : [];
  const nodes = modules.nodes.map(nodeRow).sort(byKey(({ name }) => name));
  const pods = modules.pods.map(podRow).sort(byKey(({ namespace, name }) => `${namespace}/${name}`));
  return {
    name: paths.name,
    phase,
    healthy: phase === 'up' && components.every(({ healthy }) => healthy) && nodes.every(({ ready }) => ready),
    datapath: options.datapath,
    versions: { antreaTs: '0.1.0', node: process.versions.node, openvswitch: await ovsVersion() },
    components,
    nodes,
    pods,
  };
}

function componentsOf({ plan, agent, ovs }: LabNode): ComponentStatus[] {
  const pids = ovs.pids();
  const daemons = (['ovsdb-server', 'ovs-vswitchd'] as const).map((component): ComponentStatus => {
    const pid = pids[component];
    const running = pid !== undefined;
    return {
      component,
      node: plan.name,
      state: running ? 'running' : 'stopped',
      healthy: running,
      ...(running ? { pid } : {}),
    };
  });
  return [...daemons, processRow('antrea-agent', plan.name, agent)];
}

function controllerRow({ controller }: Lab): ComponentStatus {
  return processRow('antrea-controller', '', controller.process);
}

function processRow(component: string, node: string, process: ComponentProcess): ComponentStatus {
  const state = process.state();
  return {
    component,
    node,
    state: state.kind === 'failed' ? `ended: ${state.how}` : state.kind,
    healthy: state.kind === 'running',
    ...(state.kind === 'running' ? { pid: state.pid } : {}),
  };
}

function nodeRow(node: Node): NodeStatus {
  return {
    name: node.metadata?.name ?? '',
    ready: node.status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True',
    addresses: (node.status?.addresses ?? []).filter(({ type }) => type === 'InternalIP').map(({ address }) => address),
    podCidrs: node.spec?.podCIDRs ?? [],
  };
}

function podRow(pod: Pod): PodStatusRow {
  const containers = pod.status?.containerStatuses ?? [];
  return {
    namespace: pod.metadata?.namespace ?? '',
    name: pod.metadata?.name ?? '',
    ready: containers.length > 0 && containers.every(({ ready }) => ready),
    phase: pod.metadata?.deletionTimestamp === undefined ? (pod.status?.phase ?? 'Pending') : 'Terminating',
    node: pod.spec?.nodeName ?? '',
    ips: (pod.status?.podIPs ?? []).map(({ ip }) => ip ?? ''),
    restarts: containers.reduce((sum, { restartCount }) => sum + restartCount, 0),
  };
}

async function ovsVersion(): Promise<string> {
  const { stdout } = await runCommand('ovs-vswitchd', ['--version']);
  return /\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? 'unknown';
}

function byKey<T>(key: (item: T) => string): (left: T, right: T) => number {
  return (left, right) => key(left).localeCompare(key(right), 'en', { numeric: true });
}
