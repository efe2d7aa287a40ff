import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { HostError } from '@antrea-ts/host';

const root = '/proc/sys';
/** Containers without privileges can only read theirs: their manifest shows them that of the host here. */
const writableRoot = '/host/proc/sys';

/** A kernel setting by its path, such as `net/ipv4/ip_forward`; `undefined` where this kernel has none. */
export function readSysctl(path: string): string | undefined {
  try {
    return readFileSync(`${root}/${path}`, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/**
 * Writes a kernel setting unless it is so already; returns whether it was written. Synchronous, because `/proc/sys/net`
 * is that of the namespace the thread is in. With `optional`, a setting this kernel does not have is passed over.
 */
export function writeSysctl(path: string, value: string | number, options: { optional?: boolean } = {}): boolean {
  const text = String(value);
  if (readSysctl(path) === text) return false;
  if (options.optional === true && !existsSync(`${root}/${path}`)) return false;
  const write = (directory: string): boolean => {
    writeFileSync(`${directory}/${path}`, text);
    return true;
  };
  try {
    return write(root);
  } catch (cause) {
    if (isReadOnly(cause) && existsSync(`${writableRoot}/${path}`)) return write(writableRoot);
    throw new HostError(
      'permission',
      `set kernel setting ${path.replaceAll('/', '.')} to ${text}: not possible; /proc/sys must be writable for the agent`,
      { cause },
    );
  }
}

function isReadOnly(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EROFS';
}
