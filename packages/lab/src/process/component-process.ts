import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { once } from 'node:events';
import { LabError } from '../errors.js';
import { tailOf } from './log-tail.js';
import { enterArgs, type Namespace } from './namespace.js';
import { patient } from './patience.js';

/** A program that runs in a namespace: what follows its name, and its environment. */
export interface ComponentCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What asks it to end; SIGTERM unless told. */
  readonly stopSignal?: 'SIGTERM' | 'SIGINT';
}

export type ComponentState =
  | { readonly kind: 'running'; readonly pid: number; readonly since: Date }
  | { readonly kind: 'stopped' }
  /** Ended without being told to. */
  | { readonly kind: 'failed'; readonly how: string };

/** A component, such as the agent of a Node. It stays as it was left: nobody starts it again but the user. */
export interface ComponentProcess {
  state(): ComponentState;
  start(): void;
  /** SIGTERM (or what its command says), SIGKILL after ten seconds. */
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** Throws when it has ended by itself, with the last lines of its log. */
  assertAlive(): void;
}

const stopGraceMs = 10_000;

export function createComponentProcess(modules: {
  /** For errors: `antrea-agent on node-1`. */
  readonly name: string;
  readonly namespace: Namespace;
  readonly logFile: string;
  readonly command: ComponentCommand;
}): ComponentProcess {
  const { name, namespace, logFile, command } = modules;
  let child: ChildProcess | undefined;
  let state: ComponentState = { kind: 'stopped' };
  let expectedEnd = false;

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const running = child;
    if (!running) {
      state = { kind: 'stopped' };
      return;
    }
    expectedEnd = true;
    const ended = once(running, 'exit');
    running.kill(signal);
    const hardly = setTimeout(() => running.kill('SIGKILL'), patient(stopGraceMs));
    await ended;
    clearTimeout(hardly);
  };

  return {
    state: () => state,
    start() {
      if (child) return;
      const log = openSync(logFile, 'a');
      const started = spawn('nsenter', enterArgs(namespace.pid, command.file, command.args), {
        stdio: ['ignore', log, log],
        cwd: '/',
        env: { ...process.env, ...command.env },
      });
      closeSync(log);
      child = started;
      expectedEnd = false;
      state = { kind: 'running', pid: started.pid ?? 0, since: new Date() };
      started.once('error', (error) => {
        child = undefined;
        state = { kind: 'failed', how: error.message };
      });
      started.once('exit', (code, signal) => {
        child = undefined;
        state = expectedEnd ? { kind: 'stopped' } : { kind: 'failed', how: signal ?? `exit code ${code}` };
      });
    },
    stop: () => end(command.stopSignal ?? 'SIGTERM'),
    kill: () => end('SIGKILL'),
    assertAlive() {
      if (state.kind !== 'failed') return;
      throw new LabError('component', `${name} ended (${state.how}); the end of ${logFile}:\n${tailOf(logFile)}`);
    },
  };
}
