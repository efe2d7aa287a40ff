import { join } from 'node:path';
import type { Pod } from 'kubernetes-types/core/v1.js';
import { errorMessage, type Logger } from '@antrea-ts/runtime';
import type { LabPaths } from '../paths.js';
import type { NetworkConfigList } from '../plan/network-config.js';
import type { Namespace } from '../process/namespace.js';
import { nameOf, type Cluster } from './cluster.js';
import type { ContainerRuntime } from './container-runtime.js';
import { createContainer, type Container, type RestartPolicy } from './container.js';
import { containerSpec } from './container-spec.js';
import type { Nameservers } from './pod-files.js';
import { startProbes } from './pod-probes.js';
import { createPodSandbox, type ConnectedSandbox } from './pod-sandbox.js';
import { podStatus, waitingContainers, type PodFactsForStatus } from './pod-status.js';
import { removePodDirectory } from './sandbox.js';
import { createStatusPublisher } from './status-publisher.js';

/** What the Pods of one Node share. */
export interface PodModules {
  readonly cluster: Cluster;
  readonly node: Namespace;
  readonly hostIps: readonly string[];
  readonly runtime: ContainerRuntime;
  /** The plugins that are called for each Pod. Absent: Antrea alone. */
  readonly network?: NetworkConfigList;
  readonly paths: LabPaths;
  readonly nameservers: Nameservers;
  readonly log: Logger;
  /** Aborted when the lab ends. */
  readonly signal: AbortSignal;
}

export interface PodWorker {
  /** The Pod as the API has it now. */
  update(pod: Pod): void;
  /** The API has the Pod no more. */
  gone(): void;
  /** Resolves when nothing of the Pod is left. */
  readonly done: Promise<void>;
}

/** Runs one Pod from its first sight to its end: sandbox, network, containers, status, and all of it back. */
export function startPodWorker(first: Pod, modules: PodModules): PodWorker {
  const { cluster, signal: labSignal } = modules;
  const log = modules.log.child({ pod: nameOf(first) });
  const policy = (first.spec?.restartPolicy ?? 'Always') as RestartPolicy;
  const ending = new AbortController();
  const stopping = AbortSignal.any([ending.signal, labSignal]);
  const sandbox = createPodSandbox(first, { ...modules, log });
  let pod = first;
  let isGone = false;
  let facts: PodFactsForStatus = {
    podIps: [],
    hostIps: modules.hostIps,
    startTime: first.status?.startTime ?? new Date().toISOString(),
    initialized: false,
    containers: waitingContainers(first.spec?.containers),
    initContainers: waitingContainers(first.spec?.initContainers),
  };

  const status = createStatusPublisher({
    async write() {
      pod = { ...pod, status: podStatus(pod, facts, new Date().toISOString()) };
      // In a merge patch only null takes an earlier message away.
      await cluster.patchStatus('pods', pod, { message: null, ...pod.status });
    },
    onError: (error) => log.warn('Cannot write Pod status', { error: errorMessage(error) }),
    isOver: () => isGone || labSignal.aborted,
  });
  const publish = (): void => status.publish();
  const know = (change: Partial<PodFactsForStatus>): void => {
    facts = { ...facts, ...change };
    publish();
  };

  const setUp = async (): Promise<ConnectedSandbox> => {
    const connected = await sandbox.setUp({
      signal: stopping,
      onProblem(problem) {
        const message = `Failed to create pod sandbox: ${problem}`;
        cluster.recordEvent({ about: pod, type: 'Warning', reason: 'FailedCreatePodSandBox', message });
        log.warn('Cannot set up the Pod network', { error: problem });
        know({ problem });
      },
    });
    know({ podIps: connected.podIps, problem: undefined });
    return connected;
  };

  const make = (kind: 'containers' | 'initContainers', { sandbox: place, podIps }: ConnectedSandbox): Container[] =>
    (first.spec?.[kind] ?? []).map((object) =>
      createContainer({
        name: object.name,
        pod: first,
        spec: containerSpec(first, object, { podIps, hostIps: modules.hostIps }),
        place: { pid: place.pid, env: place.env, logFile: join(place.dir, `${object.name}.log`) },
        readyWhenRunning: object.readinessProbe === undefined,
        onChange: publish,
      }),
    );

  const runContainers = async (connected: ConnectedSandbox): Promise<void> => {
    const initContainers = make('initContainers', connected);
    const containers = make('containers', connected);
    know({ initContainers, containers });
    const terminate = (): void => {
      for (const container of [...initContainers, ...containers]) void container.terminate(graceOf(pod, isGone));
    };
    stopping.addEventListener('abort', terminate, { once: true });
    for (const container of initContainers) {
      await container.run({ policy: policy === 'Never' ? 'Never' : 'OnFailure', signal: stopping });
      if (container.runtime.state.terminated?.exitCode !== 0) return;
      container.runtime.ready = true;
    }
    know({ initialized: true });
    const probing = new AbortController();
    const podIp = connected.podIps[0] ?? '';
    const probeModules = { ...modules, place: connected.sandbox, podIp, publish, signal: probing.signal };
    const probes = startProbes(first, containers, probeModules);
    await Promise.all(containers.map((container) => container.run({ policy, signal: stopping })));
    probing.abort();
    await probes;
  };

  const life = async (): Promise<void> => {
    publish();
    try {
      await runContainers(await setUp());
    } catch (error) {
      if (!stopping.aborted) throw error;
    }
    await sandbox.tearDown();
    publish();
    await aborted(stopping);
    await status.settled();
    await removePodDirectory(modules.paths, first);
    if (!isGone && !labSignal.aborted) await cluster.removePod(first);
  };

  const endWhenDeleted = (): void => {
    if (pod.metadata?.deletionTimestamp !== undefined) ending.abort();
  };
  endWhenDeleted();
  return {
    update(next) {
      pod = { ...next, status: { ...next.status, ...pod.status } };
      endWhenDeleted();
    },
    gone() {
      isGone = true;
      ending.abort();
    },
    // Not before the caller knows the worker: what it publishes may come back at once.
    done: Promise.resolve()
      .then(life)
      .catch((error: unknown) => log.error('Pod worker failed', { error: errorMessage(error) })),
  };
}

/** A Pod that was removed by force has no grace. */
function graceOf(pod: Pod, isGone: boolean): number {
  if (isGone) return 0;
  return (pod.metadata?.deletionGracePeriodSeconds ?? pod.spec?.terminationGracePeriodSeconds ?? 30) * 1000;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
