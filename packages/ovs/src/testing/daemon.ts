import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A program that a test keeps running; it dies with the process that started it. */
export interface Daemon {
  readonly pid: number;
  /** Still running. */
  alive(): boolean;
  /** What it wrote to standard error, the last few kilobytes. */
  output(): string;
  /** Ends it (`SIGTERM` unless told otherwise; `SIGKILL` after five seconds) and waits until it is gone. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

const OUTPUT_LIMIT = 8_192;
const STOP_DEADLINE_MS = 5_000;

/**
 * Starts a program in the foreground. The kernel is asked (by `setpriv`) to kill it when the test process dies, so
 * that even a test run killed half-way leaves nothing behind.
 */
export async function startDaemon(
  command: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly prefix?: readonly string[] },
): Promise<Daemon> {
  const [file = '', ...args] = [...(options.prefix ?? []), 'setpriv', '--pdeathsig', 'KILL', ...command];
  const child = spawn(file, args, { env: options.env, stdio: ['ignore', 'ignore', 'pipe'] });
  await once(child, 'spawn');
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-OUTPUT_LIMIT);
  });
  return {
    pid: child.pid ?? -1,
    alive: () => running(child),
    output: () => output,
    stop: (signal = 'SIGTERM') => stopChild(child, signal),
  };
}

function running(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

async function stopChild(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (!running(child)) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
  try {
    await gone;
  } finally {
    clearTimeout(timer);
  }
}
