import { setTimeout as sleep } from 'node:timers/promises';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pod } from 'kubernetes-types/core/v1.js';
import { errorMessage, type Logger } from '@antrea-ts/runtime';
import type { LabPaths } from '../paths.js';
import { killAll } from '../process/kill.js';
import { findMarked, podMark } from '../process/marks.js';
import type { Namespace } from '../process/namespace.js';
import { nameOf, type Cluster } from './cluster.js';
import { callCni, CniCallError, tryAgainLater, type CniPlugin } from './cni.js';
import { createContainer, type Container, type RestartPolicy } from './container.js';
import { containerSpec } from './container-spec.js';
import { renderHosts } from './pod-files.js';
import { podStatus } from './pod-status.js';
import { startProbes } from './pod-probes.js';
import { createSandbox, removePodDirectory, type Sandbox } from './sandbox.js';

/** What the Pods of one Node share. */
export interface PodModules {
  readonly cluster: Cluster;
  readonly node: Namespace;
  readonly hostIps: readonly string[];
  readonly plugin: CniPlugin;
  readonly paths: LabPaths;
  readonly nameservers: readonly string[];
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

const firstRetryMs = 200;
const lastRetryMs = 5_000;

/** Runs one Pod from its first sight to its end: sandbox, network, containers, status, and all of it back. */
export function startPodWorker(first: Pod, modules: PodModules): PodWorker {
  const { cluster, signal: labSignal } = modules;
  const log = modules.log.child({ pod: nameOf(first) });
  let pod = first;
  let isGone = false;
  const ending = new AbortController();
  const stopping = AbortSignal.any([ending.signal, labSignal]);
  const policy = (first.spec?.restartPolicy ?? 'Always') as RestartPolicy;

  let sandbox: Sandbox | undefined;
  let podIps: readonly string[] = [];
  let initialized = false;
  let problem: string | undefined;
  const startTime = first.status?.startTime ?? new Date().toISOString();
  const waiting = (name: string): Pick<Container, 'name' | 'runtime'> => ({
    name,
    runtime: {
      state: { waiting: { reason: 'ContainerCreating' } },
      lastState: {},
      restartCount: 0,
      ready: false,
      started: false,
      containerId: '',
    },
  });
  let containers: readonly Pick<Container, 'name' | 'runtime'>[] = (first.spec?.containers ?? []).map(({ name }) => waiting(name));
  let initContainers: readonly Pick<Container, 'name' | 'runtime'>[] = (first.spec?.initContainers ?? []).map(({ name }) => waiting(name));

  // Status: what changes while a patch is under way goes with the next one.
  let publishing: Promise<void> | undefined;
  let dirty = false;
  const publish = (): void => {
    dirty = true;
    publishing ??= (async () => {
      while (dirty && !isGone && !labSignal.aborted) {
        dirty = false;
        const facts = { podIps, hostIps: modules.hostIps, startTime, initialized, containers, initContainers };
        const status = podStatus(pod, { ...facts, ...(problem === undefined ? {} : { problem }) }, new Date().toISOString());
        pod = { ...pod, status };
        await cluster.patchStatus('pods', pod, { message: null, ...status }).catch(async (error: unknown) => {
          log.warn('Cannot write Pod status', { error: errorMessage(error) });
          dirty = true;
          await sleep(firstRetryMs);
        });
      }
      publishing = undefined;
    })();
  };

  const setUp = async (): Promise<Sandbox> => {
    for (let pause = firstRetryMs; ; pause = Math.min(pause * 2, lastRetryMs)) {
      sandbox ??= await createSandbox(first, modules);
      try {
        podIps = sandbox.namespace === undefined ? modules.hostIps : await callCni('ADD', target(sandbox), { ...modules, signal: stopping });
        problem = undefined;
        await writeFile(join(sandbox.dir, 'hosts'), renderHosts(sandbox.env['HOSTNAME']!, podIps));
        return sandbox;
      } catch (error) {
        stopping.throwIfAborted();
        problem = errorMessage(error);
        const message = `Failed to create pod sandbox: ${problem}`;
        cluster.recordEvent({ about: pod, type: 'Warning', reason: 'FailedCreatePodSandBox', message });
        log.warn('Cannot set up the Pod network', { error: problem });
        publish();
        // Nothing half-made is kept: the next try begins with a new sandbox, as with a container runtime.
        if (!(error instanceof CniCallError && error.code === tryAgainLater)) await tearDown();
      }
      await sleep(pause, undefined, { signal: stopping });
    }
  };

  const target = (of: Sandbox): { pod: Pod; containerId: string; netns: string } => ({
    pod: first,
    containerId: of.containerId,
    netns: of.netns,
  });

  /** Ends every process of the Pod, gives its network back, ends the sandbox. */
  const tearDown = async (): Promise<void> => {
    const old = sandbox;
    if (!old) return;
    sandbox = undefined;
    const uid = first.metadata?.uid ?? '';
    const inPod = (): number[] => findMarked(podMark, uid).filter((pid) => pid !== old.pid);
    await killAll(inPod, { timeoutMs: 5_000 });
    if (old.namespace) {
      await detach(old);
      old.namespace.release();
    }
  };

  const detach = async (old: Sandbox): Promise<void> => {
    for (let pause = firstRetryMs; !labSignal.aborted; pause = Math.min(pause * 2, lastRetryMs)) {
      try {
        await callCni('DEL', target(old), { ...modules, signal: labSignal });
        return;
      } catch (error) {
        log.warn('Cannot take the Pod off the network', { error: errorMessage(error) });
        await sleep(pause, undefined, { signal: labSignal }).catch(() => {});
      }
    }
  };

  const make = (names: typeof first.spec, kind: 'containers' | 'initContainers', place: Sandbox): Container[] =>
    (names?.[kind] ?? []).map((object) =>
      createContainer({
        name: object.name,
        pod: first,
        spec: containerSpec(first, object, { podIps, hostIps: modules.hostIps }),
        place: { pid: place.pid, env: place.env, logFile: join(place.dir, `${object.name}.log`) },
        readyWhenRunning: object.readinessProbe === undefined,
        onChange: publish,
      }),
    );

  const runContainers = async (place: Sandbox): Promise<void> => {
    const inits = make(first.spec, 'initContainers', place);
    const mains = make(first.spec, 'containers', place);
    initContainers = inits;
    containers = mains;
    const terminate = (): void => {
      const grace = (pod.metadata?.deletionGracePeriodSeconds ?? first.spec?.terminationGracePeriodSeconds ?? 30) * 1000;
      for (const container of [...inits, ...mains]) void container.terminate(isGone ? 0 : grace);
    };
    stopping.addEventListener('abort', terminate, { once: true });
    for (const container of inits) {
      await container.run({ policy: policy === 'Never' ? 'Never' : 'OnFailure', signal: stopping });
      if (container.runtime.state.terminated?.exitCode !== 0) return;
      container.runtime.ready = true;
    }
    initialized = true;
    publish();
    const probing = new AbortController();
    const probes = startProbes(first, mains, { ...modules, place, podIp: podIps[0] ?? '', publish, signal: probing.signal });
    await Promise.all(mains.map((container) => container.run({ policy, signal: stopping })));
    probing.abort();
    await probes;
  };

  const untilDeleted = async (): Promise<void> => {
    if (stopping.aborted) return;
    await new Promise<void>((resolve) => stopping.addEventListener('abort', () => resolve(), { once: true }));
  };

  const life = async (): Promise<void> => {
    publish();
    try {
      await runContainers(await setUp());
    } catch (error) {
      if (!stopping.aborted) throw error;
    }
    await tearDown();
    publish();
    await untilDeleted();
    await publishing;
    await removePodDirectory(modules.paths, first);
    if (!isGone && !labSignal.aborted) await cluster.removePod(first);
  };

  // Not before the caller knows the worker: what it publishes may come back at once.
  const done = Promise.resolve().then(life).catch((error: unknown) => {
    log.error('Pod worker failed', { error: errorMessage(error) });
  });
  const worker: PodWorker = {
    update(next) {
      pod = { ...next, status: { ...next.status, ...pod.status } };
      if (next.metadata?.deletionTimestamp !== undefined) ending.abort();
    },
    gone() {
      isGone = true;
      ending.abort();
    },
    done,
  };
  if (first.metadata?.deletionTimestamp !== undefined) ending.abort();
  return worker;
}
