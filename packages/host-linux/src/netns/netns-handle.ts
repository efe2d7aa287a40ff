import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import { HostError } from '@antrea-ts/host';
import { libc } from '../libc.js';
import { isSystemError } from '../system-error.js';

/** `ioctl(NS_GET_NSTYPE)`: which kind of namespace an open file is. */
const nsGetNstype = 0xb703n;
export const cloneNewnet = 0x4000_0000;

/** The namespace of the calling thread; not `/proc/self`, which is the main thread's. */
export const ownNetnsPath = '/proc/thread-self/ns/net';

/** An open network namespace; it lives at least until it is closed. */
export interface NetnsHandle {
  readonly fd: number;
  readonly path: string;
  close(): void;
}

/** Opens a network namespace. Throws `netns-missing` or `netns-invalid`, naming the path. */
export function openNetns(path: string): NetnsHandle {
  const fd = openPath(path);
  if (libc.call.ioctl(fd, nsGetNstype, null) !== cloneNewnet) {
    closeSync(fd);
    throw new HostError(
      'netns-invalid',
      `open network namespace ${path}: it is not a network namespace; pass the path that the container runtime gave`,
    );
  }
  return { fd, path, close: () => closeSync(fd) };
}

function openPath(path: string): number {
  try {
    // Not blocking: a path that turns out to be a pipe must not hold the process.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    if (isSystemError(cause, 'ENOENT', 'ENOTDIR', 'ESRCH')) {
      throw new HostError(
        'netns-missing',
        `open network namespace ${path}: it does not exist; the container has ended, or the path is not visible ` +
          'from where the agent runs (it needs the host PID namespace, or /var/run/netns mounted)',
        { cause },
      );
    }
    const code = isSystemError(cause, 'EACCES', 'EPERM') ? 'permission' : 'netns-invalid';
    throw new HostError(code, `open network namespace ${path}: ${(cause as Error).message}`, { cause });
  }
}

/** Whether an open namespace is the one this thread is in. */
export function isOwnNetns(handle: NetnsHandle): boolean {
  const own = statSync(ownNetnsPath);
  const other = fstatSync(handle.fd);
  return own.ino === other.ino && own.dev === other.dev;
}
