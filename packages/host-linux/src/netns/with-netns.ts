import { closeSync, openSync } from 'node:fs';
import { SystemError } from '../system-error.js';
import { libc } from '../libc.js';
import { cloneNewnet, ownNetnsPath, type NetnsHandle } from './netns-handle.js';

/**
 * Runs `inside` with this thread in another network namespace, and comes back. What it opens there (sockets) stays
 * there. It must be synchronous: whatever else the loop runs meanwhile would run in the wrong namespace. The libuv thread pool
 * must have been warmed before, see {@link warmThreadPool}.
 */
export function withNetns<T>(target: NetnsHandle, inside: () => T): T {
  const home = openSync(ownNetnsPath, 'r');
  try {
    enter(target.fd, `enter network namespace ${target.path}`);
    try {
      const result = inside();
      if (result instanceof Promise) throw new TypeError('what runs inside a network namespace must be synchronous');
      return result;
    } finally {
      comeBack(home);
    }
  } finally {
    closeSync(home);
  }
}

function enter(fd: number, operation: string): void {
  if (libc.call.setns(fd, cloneNewnet) !== 0) throw new SystemError(operation, libc.errno());
}

/** A process that stayed in a Pod's namespace would configure the Pod instead of the Node: better to end at once. */
function comeBack(home: number): void {
  if (libc.call.setns(home, cloneNewnet) === 0) return;
  process.stderr.write(`cannot return to the Node's network namespace (errno ${libc.errno()}): stopping\n`);
  process.abort();
}
