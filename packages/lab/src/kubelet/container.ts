import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerState, Pod } from 'kubernetes-types/core/v1.js';
import { enterArgs } from '../process/namespace.js';
import { tailOf } from '../process/log-tail.js';
import type { ContainerSpec } from './container-spec.js';

/** What a container is doing, as the Pod's status tells it. */
export interface ContainerRuntimeState {
  state: ContainerState;
  lastState: ContainerState;
  restartCount: number;
  ready: boolean;
  started: boolean;
  containerId: string;
}

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never';

/** Where a container runs: the namespaces of this process. */
export interface ContainerPlace {
  readonly pid: number;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
}

/** First pause before a restart; it doubles. Shorter than Kubernetes' ten seconds: a lab is for watching. */
const firstBackoffMs = 1_000;
const lastBackoffMs = 30_000;
/** After running this long, a container's backoff begins anew. */
const calmAfterMs = 60_000;

export interface Container {
  readonly name: string;
  readonly runtime: ContainerRuntimeState;
  /** Starts it again and again as the policy says; ends with the container, or when it was stopped. */
  run(options: { readonly policy: RestartPolicy; readonly signal: AbortSignal }): Promise<void>;
  /** Ends what runs now. The policy decides what follows. */
  restart(): void;
  /** SIGTERM, SIGKILL after the grace period. */
  terminate(graceMs: number): Promise<void>;
}

export function createContainer(modules: {
  readonly name: string;
  readonly pod: Pod;
  readonly spec: ContainerSpec;
  readonly place: ContainerPlace;
  /** No readiness probe decides: ready is what runs. */
  readonly readyWhenRunning: boolean;
  readonly onChange: () => void;
}): Container {
  const { name, spec, place, readyWhenRunning, onChange } = modules;
  const runtime: ContainerRuntimeState = {
    state: { waiting: { reason: 'ContainerCreating' } },
    lastState: {},
    restartCount: 0,
    ready: false,
    started: false,
    containerId: '',
  };
  let child: ChildProcess | undefined;
  let runs = 0;

  const become = (change: Partial<ContainerRuntimeState>): void => {
    Object.assign(runtime, change);
    onChange();
  };

  const nextId = (): string => `lab://${modules.pod.metadata?.uid ?? ''}/${name}/${runs++}`;

  /** Runs the program once. */
  const runOnce = async (program: Extract<ContainerSpec, { kind: 'program' }>): Promise<ContainerState> => {
    const startedAt = new Date().toISOString();
    const containerId = nextId();
    const log = openSync(place.logFile, 'a');
    const started = spawn('nsenter', enterArgs(place.pid, 'env', ['-C', program.workingDir, '--', ...program.argv]), {
      stdio: ['ignore', log, log],
      cwd: '/',
      // A process group of its own: signals reach what the program starts.
      detached: true,
      env: { PATH: process.env['PATH'], HOME: '/root', ...place.env, ...program.env },
    });
    closeSync(log);
    child = started;
    become({ state: { running: { startedAt } }, containerId, started: true, ready: readyWhenRunning });
    const { code, signal } = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
      started.once('error', () => resolve({ code: 127, signal: null }));
      started.once('exit', (exitCode, exitSignal) => resolve({ code: exitCode, signal: exitSignal }));
    });
    child = undefined;
    const exitCode = code ?? signalExitCode(signal);
    return {
      terminated: {
        exitCode,
        reason: exitCode === 0 ? 'Completed' : 'Error',
        startedAt,
        finishedAt: new Date().toISOString(),
        containerID: containerId,
        ...(exitCode === 0 ? {} : { message: tailOf(place.logFile, 5) }),
      },
    };
  };

  const runProgram = async (
    program: Extract<ContainerSpec, { kind: 'program' }>,
    policy: RestartPolicy,
    signal: AbortSignal,
  ): Promise<void> => {
    let backoff = firstBackoffMs;
    while (!signal.aborted) {
      const begin = Date.now();
      const end = await runOnce(program);
      become({ state: end, ready: false, started: false });
      const again = policy === 'Always' || (policy === 'OnFailure' && end.terminated!.exitCode !== 0);
      if (!again || signal.aborted) return;
      if (Date.now() - begin > calmAfterMs) backoff = firstBackoffMs;
      const message = `back-off ${backoff / 1000}s restarting failed container=${name}`;
      become({ lastState: end, state: { waiting: { reason: 'CrashLoopBackOff', message } } });
      await sleep(backoff, undefined, { signal }).catch(() => {});
      if (signal.aborted) return become({ state: end });
      backoff = Math.min(backoff * 2, lastBackoffMs);
      runtime.restartCount += 1;
    }
  };

  return {
    name,
    runtime,
    async run({ policy, signal }) {
      if (spec.kind === 'invalid') {
        become({ state: { waiting: { reason: 'CreateContainerConfigError', message: spec.why } } });
      } else if (spec.kind === 'pause') {
        become({
          state: { running: { startedAt: new Date().toISOString() } },
          containerId: nextId(),
          started: true,
          ready: readyWhenRunning,
        });
      } else {
        return runProgram(spec, policy, signal);
      }
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener('abort', () => resolve(), { once: true });
      });
    },
    restart: () => killGroup(child, 'SIGKILL'),
    async terminate(graceMs) {
      const running = child;
      if (!running) return;
      const ended = new Promise((resolve) => running.once('exit', resolve));
      killGroup(running, 'SIGTERM');
      const hardly = setTimeout(() => killGroup(running, 'SIGKILL'), graceMs);
      await ended;
      clearTimeout(hardly);
    },
  };
}

function killGroup(child: ChildProcess | undefined, signal: NodeJS.Signals): void {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It ended just now.
  }
}

function signalExitCode(signal: NodeJS.Signals | null): number {
  return signal === 'SIGKILL' ? 137 : signal === 'SIGTERM' ? 143 : 128;
}
