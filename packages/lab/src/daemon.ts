import type { Node, Pod } from 'kubernetes-types/core/v1.js';
import { errorMessage, type Logger } from '@antrea-ts/runtime';
import type { ComponentAction, ComponentRequest, ControlRequest } from './control/protocol.js';
import { LabError } from './errors.js';
import { startLab, type Lab } from './lab.js';
import type { LabNode } from './node/lab-node.js';
import type { LabOptions } from './options.js';
import type { LabPaths } from './paths.js';
import { collectStatus } from './collect-status.js';

/** A lab that runs in this process. */
export interface Daemon {
  start(): void;
  handle(request: ControlRequest, progress: (text: string) => void): Promise<unknown>;
}

type Phase =
  | { readonly kind: 'starting' }
  | { readonly kind: 'up'; readonly lab: Lab }
  | { readonly kind: 'failed'; readonly error: unknown };

export function createDaemon(modules: {
  readonly options: LabOptions;
  readonly paths: LabPaths;
  readonly log: Logger;
}): Daemon {
  const { options, paths, log } = modules;
  const { signal } = new AbortController();
  const told: string[] = [];
  const listeners = new Set<(text: string) => void>();
  let phase: Phase = { kind: 'starting' };
  let starting: Promise<void> = Promise.resolve();
  const nodeObjects = new Map<string, Node>();
  const podObjects = new Map<string, Pod>();

  const tell = (text: string): void => {
    log.info('Progress', { text });
    told.push(text);
    for (const listener of listeners) listener(text);
  };

  const start = async (): Promise<void> => {
    try {
      const lab = await startLab({ options, paths, log, signal, progress: tell });
      await follow(lab);
      phase = { kind: 'up', lab };
    } catch (error) {
      log.error('The lab did not come up', { error: errorMessage(error) });
      phase = { kind: 'failed', error };
    }
  };

  const follow = async ({ api: { cluster } }: Lab): Promise<void> => {
    await cluster.follow('nodes', ({ kind, object }) => keep(nodeObjects, kind, object), { signal });
    await cluster.follow('pods', ({ kind, object }) => keep(podObjects, kind, object), { signal });
  };

  const waitUp = async (progress: (text: string) => void): Promise<void> => {
    for (const text of told) progress(text);
    listeners.add(progress);
    await starting;
    listeners.delete(progress);
    up();
  };

  const up = (): Lab => {
    if (phase.kind === 'up') return phase.lab;
    if (phase.kind === 'failed') throw phase.error;
    throw new LabError('daemon', `lab "${paths.name}" is still starting`);
  };

  const node = (name: string): LabNode => {
    const { nodes } = up();
    const found = nodes.get(name);
    if (!found)
      throw new LabError('no-such-object', `there is no Node ${name}; there are: ${[...nodes.keys()].join(', ')}`);
    return found;
  };

  const target = (request: ComponentRequest): Target => {
    if (request.component === 'controller') return up().controller.process;
    const { agent, ovs } = node(request.node);
    if (request.component === 'agent') return agent;
    const { daemon } = request;
    return { start: () => ovs.start(daemon), stop: () => ovs.stop(daemon), kill: () => ovs.kill(daemon) };
  };

  return {
    start() {
      starting = start();
    },
    async handle(request, progress) {
      switch (request.verb) {
        case 'wait-up':
          return waitUp(progress);
        case 'status':
          return collectStatus({
            paths,
            options,
            phase: phase.kind,
            lab: phase.kind === 'up' ? phase.lab : undefined,
            nodes: [...nodeObjects.values()],
            pods: [...podObjects.values()],
          });
        case 'component':
          return act(target(request), request.action);
        case 'dns-set':
          return up().outside.dns.set(request.name, request.type, request.values, request.ttl);
        case 'dns-del':
          if (up().outside.dns.delete(request.name)) return undefined;
          throw new LabError('no-such-object', `there are no DNS records of ${request.name}`);
        case 'dns-list':
          return up().outside.dns.list();
      }
    },
  };
}

function keep<T extends Node | Pod>(objects: Map<string, T>, kind: 'set' | 'gone', object: T): void {
  const uid = object.metadata?.uid ?? '';
  if (kind === 'set') objects.set(uid, object);
  else objects.delete(uid);
}

/** What can be started and ended. */
type Target = Pick<LabNode['agent' | 'ovs'], 'start' | 'stop' | 'kill'>;

async function act(target: Target, action: ComponentAction): Promise<void> {
  if (action === 'stop' || action === 'restart') await target.stop();
  if (action === 'kill') await target.kill();
  if (action === 'start' || action === 'restart') await target.start();
}
