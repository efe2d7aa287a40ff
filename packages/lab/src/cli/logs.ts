import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../errors.js';
import type { LabPaths } from '../paths.js';
import { readNamespaces, requireNode, requirePod } from './find-lab.js';
import { runAttached } from './run-attached.js';

const perNode = {
  agent: 'agent',
  'antrea-agent': 'agent',
  'ovs-vswitchd': 'ovs-vswitchd',
  'ovsdb-server': 'ovsdb-server',
} as const;

/** Finds the log of a component (of a Node), of the daemon, or of `NAMESPACE/POD` (and its container). */
export async function findLog(paths: LabPaths, component: string, where: string | undefined): Promise<string> {
  if (component === 'daemon') return paths.daemonLog;
  if (component === 'controller' || component === 'antrea-controller') return paths.controller.log;
  if (component.includes('/')) {
    const pod = await requirePod(paths, component);
    const container = where ?? pod.containers[0] ?? '';
    if (pod.containers.includes(container)) return join(pod.dir, `${container}.log`);
    throw new LabError(
      'no-such-object',
      `Pod ${component} has no container ${container}; it has: ${pod.containers.join(', ')}`,
    );
  }
  const log = perNode[component as keyof typeof perNode];
  if (log === undefined) {
    throw new LabError(
      'usage',
      `there is no component ${component}; there are: daemon, controller, ${Object.keys(perNode).join(', ')}, or NAMESPACE/POD`,
    );
  }
  const node = where ?? onlyNode(paths, component);
  requireNode(paths, node);
  return join(paths.node(node).logs, `${log}.log`);
}

function onlyNode(paths: LabPaths, component: string): string {
  const nodes = Object.keys(readNamespaces(paths).nodes);
  if (nodes.length === 1) return nodes[0]!;
  throw new LabError('usage', `which Node? lab logs ${component} ${nodes.join('|')}`);
}

/** Prints a log; with `follow` until interrupted. */
export async function printLog(
  file: string,
  options: { readonly follow: boolean; readonly tail: string },
): Promise<number> {
  if (!existsSync(file)) return 0;
  const from = options.tail === 'all' ? '+1' : options.tail;
  return runAttached('tail', ['-n', from, ...(options.follow ? ['-F'] : []), file]);
}
