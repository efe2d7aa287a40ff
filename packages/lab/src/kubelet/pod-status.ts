import type { ContainerStatus, Pod, PodCondition, PodStatus } from 'kubernetes-types/core/v1.js';
import type { ContainerRuntimeState } from './container.js';

/** What the kubelet knows about a Pod of its Node. */
export interface PodFactsForStatus {
  readonly podIps: readonly string[];
  readonly hostIps: readonly string[];
  readonly startTime: string;
  readonly initialized: boolean;
  readonly containers: readonly { readonly name: string; readonly runtime: ContainerRuntimeState }[];
  readonly initContainers: readonly { readonly name: string; readonly runtime: ContainerRuntimeState }[];
  /** Why the Pod has no sandbox yet. */
  readonly problem?: string | undefined;
}

/** Containers that have not begun. */
export function waitingContainers(
  containers: readonly { readonly name: string }[] | undefined,
): PodFactsForStatus['containers'] {
  return (containers ?? []).map(({ name }) => ({
    name,
    runtime: {
      state: { waiting: { reason: 'ContainerCreating' } },
      lastState: {},
      restartCount: 0,
      ready: false,
      started: false,
      containerId: '',
    },
  }));
}

/** Computes a Pod's status. Conditions keep the time of their last change. */
export function podStatus(pod: Pod, facts: PodFactsForStatus, now: string): PodStatus {
  const phase = phaseOf(pod, facts);
  const done = phase === 'Succeeded' || phase === 'Failed';
  const unready = facts.containers.filter(({ runtime }) => !runtime.ready).map(({ name }) => name);
  const notReady = done
    ? { reason: 'PodCompleted' }
    : { reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` };
  const ready = unready.length === 0 && facts.initialized;
  const conditions: PodCondition[] = [
    condition('Initialized', facts.initialized, facts.initialized ? {} : { reason: 'ContainersNotInitialized' }),
    condition('Ready', ready, ready ? {} : notReady),
    condition('ContainersReady', ready, ready ? {} : notReady),
    condition('PodScheduled', true, {}),
  ];
  const known = pod.status?.conditions ?? [];
  return {
    phase,
    ...(facts.problem === undefined ? {} : { message: facts.problem }),
    conditions: [
      ...conditions.map((fresh) => keepTime(fresh, known, now)),
      // Conditions of others (readiness gates) stay.
      ...known.filter(({ type }) => !conditions.some((fresh) => fresh.type === type)),
    ],
    ...(facts.hostIps[0] === undefined ? {} : { hostIP: facts.hostIps[0] }),
    ...(facts.podIps[0] === undefined ? {} : { podIP: facts.podIps[0] }),
    podIPs: facts.podIps.map((ip) => ({ ip })),
    startTime: facts.startTime,
    containerStatuses: facts.containers.map((container) => containerStatus(pod, container)),
    ...(facts.initContainers.length === 0
      ? {}
      : { initContainerStatuses: facts.initContainers.map((container) => containerStatus(pod, container)) }),
    qosClass: 'BestEffort',
  };
}

function phaseOf(pod: Pod, { containers, initContainers, initialized }: PodFactsForStatus): string {
  const policy = pod.spec?.restartPolicy ?? 'Always';
  if (!initialized) {
    return policy === 'Never' && initContainers.some(({ runtime }) => exitCode(runtime) > 0) ? 'Failed' : 'Pending';
  }
  const ended = containers.every(({ runtime }) => runtime.state.terminated !== undefined);
  if (ended && policy !== 'Always') {
    const failed = containers.some(({ runtime }) => exitCode(runtime) !== 0);
    if (!failed) return 'Succeeded';
    if (policy === 'Never') return 'Failed';
  }
  const begun = containers.some(({ runtime }) => runtime.containerId !== '');
  return begun ? 'Running' : 'Pending';
}

function exitCode(runtime: ContainerRuntimeState): number {
  return runtime.state.terminated?.exitCode ?? 0;
}

function containerStatus(
  pod: Pod,
  { name, runtime }: { readonly name: string; readonly runtime: ContainerRuntimeState },
): ContainerStatus {
  const all = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  const image = all.find((container) => container.name === name)?.image ?? '';
  return {
    name,
    image,
    imageID: '',
    containerID: runtime.containerId,
    ready: runtime.ready,
    started: runtime.started,
    restartCount: runtime.restartCount,
    state: runtime.state,
    lastState: runtime.lastState,
  };
}

function condition(type: string, value: boolean, why: { reason?: string; message?: string }): PodCondition {
  return { type, status: value ? 'True' : 'False', ...why };
}

function keepTime(fresh: PodCondition, known: readonly PodCondition[], now: string): PodCondition {
  const before = known.find(({ type }) => type === fresh.type);
  const same = before?.status === fresh.status && before.lastTransitionTime !== undefined;
  return { ...fresh, lastTransitionTime: same ? before.lastTransitionTime! : now };
}
