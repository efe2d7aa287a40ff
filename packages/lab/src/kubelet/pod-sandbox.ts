import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage } from '@antrea-ts/runtime';
import type { Pod } from 'kubernetes-types/core/v1.js';
import { killAll } from '../process/kill.js';
import { findMarked, podMark } from '../process/marks.js';
import { callCni, CniCallError, tryAgainLater, type CniTarget } from './cni.js';
import { renderHosts } from './pod-files.js';
import type { PodModules } from './pod-worker.js';
import { createSandbox, type Sandbox } from './sandbox.js';

const firstRetryMs = 200;
const lastRetryMs = 5_000;
const killMs = 5_000;

/** A sandbox that is on the network. */
export interface ConnectedSandbox {
  readonly sandbox: Sandbox;
  readonly podIps: readonly string[];
}

/** A Pod's sandbox and its place on the network, from nothing and back to it. */
export interface PodSandbox {
  /** Tries until it succeeds or `signal` is aborted; `onProblem` hears of each new reason why not. */
  setUp(options: {
    readonly signal: AbortSignal;
    readonly onProblem: (problem: string) => void;
  }): Promise<ConnectedSandbox>;
  /** Ends every process of the Pod, gives its network back, ends the sandbox. Nothing there is fine. */
  tearDown(): Promise<void>;
}

export function createPodSandbox(pod: Pod, modules: PodModules): PodSandbox {
  let sandbox: Sandbox | undefined;

  const tearDown = async (): Promise<void> => {
    const old = sandbox;
    if (!old) return;
    sandbox = undefined;
    const inPod = (): number[] => findMarked(podMark, pod.metadata?.uid ?? '').filter((pid) => pid !== old.pid);
    await killAll(inPod, { timeoutMs: killMs });
    if (!old.namespace) return;
    await detach(targetOf(pod, old), modules);
    try {
      await modules.runtime.forgetNetwork(old.netns);
    } catch (error) {
      // What runs on the Node may have ended before: its namespaces are gone with it.
      modules.log.warn(`Cannot forget the network of a Pod: ${errorMessage(error)}`, { netns: old.netns });
    } finally {
      old.namespace.release();
    }
  };

  return {
    tearDown,
    async setUp({ signal, onProblem }) {
      let told: string | undefined;
      for (let pause = firstRetryMs; ; pause = Math.min(pause * 2, lastRetryMs)) {
        sandbox ??= await createSandbox(pod, modules);
        try {
          const podIps = await attach(pod, sandbox, { ...modules, signal });
          return { sandbox, podIps };
        } catch (error) {
          signal.throwIfAborted();
          const problem = errorMessage(error);
          if (problem !== told) onProblem(problem);
          told = problem;
          // Nothing half-made is kept: the next try begins with a new sandbox, as with a container runtime.
          if (!(error instanceof CniCallError && error.code === tryAgainLater)) await tearDown();
        }
        await sleep(pause, undefined, { signal });
      }
    },
  };
}

/** Puts the sandbox on the network and names it in its own hosts file. */
async function attach(pod: Pod, sandbox: Sandbox, modules: PodModules): Promise<readonly string[]> {
  const onHost = sandbox.namespace === undefined;
  const podIps = onHost ? modules.hostIps : await callCni('ADD', targetOf(pod, sandbox), modules);
  await writeFile(join(sandbox.dir, 'hosts'), renderHosts(sandbox.env['HOSTNAME'] ?? '', podIps));
  return podIps;
}

/** Tries until the plugin has let go, or the lab ends: an address must not be lost because an agent is away. */
async function detach(target: CniTarget, modules: PodModules): Promise<void> {
  const { log, signal } = modules;
  for (let pause = firstRetryMs; !signal.aborted; pause = Math.min(pause * 2, lastRetryMs)) {
    try {
      await callCni('DEL', target, modules);
      return;
    } catch (error) {
      log.warn('Cannot take the Pod off the network', { error: errorMessage(error) });
      await sleep(pause, undefined, { signal }).catch(() => {});
    }
  }
}

function targetOf(pod: Pod, sandbox: Sandbox): CniTarget {
  return { pod, containerId: sandbox.containerId, netns: sandbox.netns };
}
