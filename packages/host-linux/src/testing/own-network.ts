import { execFileSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { libc } from '../libc.js';
import { cloneNewnet, ownNetnsPath } from '../netns/netns-handle.js';
import { warmThreadPool } from '../netns/warm-thread-pool.js';
import { checkResult } from '../system-error.js';

export interface TestNetns {
  /** Good while it is not removed: the namespace lives by an open file of this process. */
  readonly path: string;
  readonly fd: number;
  remove(): void;
}

/** Puts the main thread, and what it starts from now on, into a network namespace of its own, empty but for `lo`. */
export async function enterNewNetwork(): Promise<void> {
  await warmThreadPool();
  checkResult('make a network namespace', libc.call.unshare(cloneNewnet));
}

/** Makes another network namespace, which nothing runs in. */
export function makeNetns(): TestNetns {
  const home = openSync(ownNetnsPath, 'r');
  try {
    checkResult('make a network namespace', libc.call.unshare(cloneNewnet));
    const fd = openSync(ownNetnsPath, 'r');
    checkResult('return from a new network namespace', libc.call.setns(home, cloneNewnet));
    return { fd, path: `/proc/${process.pid}/fd/${fd}`, remove: () => closeSync(fd) };
  } finally {
    closeSync(home);
  }
}

/** Runs a program in the network namespace of this thread and returns what it printed. */
export function runHere(file: string, ...args: readonly string[]): string {
  return execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs a program inside a network namespace. */
export function runInside({ path }: Pick<TestNetns, 'path'>, file: string, ...args: readonly string[]): string {
  return runHere('nsenter', `--net=${path}`, file, ...args);
}
