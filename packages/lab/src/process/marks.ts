import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The environment variable that every process of a lab carries, with the lab's directory as its value. */
export const labMark = 'ANTREA_LAB';
/** The variable that every process of a Pod carries, with the Pod's UID. */
export const podMark = 'ANTREA_LAB_POD';

/** The variable that a namespace's holder carries from when it is inside. */
const holderMark = 'ANTREA_LAB_HOLDS';

/** Whether an environment block (`/proc/PID/environ`) has exactly this variable with exactly this value. */
export function environHas(environ: Uint8Array, name: string, value: string): boolean {
  const wanted = Buffer.from(`${name}=${value}\0`);
  const block = Buffer.from(environ.buffer, environ.byteOffset, environ.byteLength);
  for (let at = block.indexOf(wanted); at >= 0; at = block.indexOf(wanted, at + 1)) {
    if (at === 0 || block[at - 1] === 0) return true;
  }
  return false;
}

/** Ids of the processes that carry a mark. Processes that end meanwhile, or may not be read, are left out. */
export function findMarked(name: string, value: string): number[] {
  return processIds().filter((pid) => {
    const environ = tryRead(() => readFileSync(`/proc/${pid}/environ`));
    return environ !== undefined && environHas(environ, name, value);
  });
}

/**
 * All processes of a lab: the marked ones, and whatever else runs in a network namespace that a holder of this lab
 * holds. A program that overwrites its environment to show a title loses the mark, but cannot leave the namespace by
 * that. The daemon's namespace does not count: it is whatever the lab was started from.
 */
export function findLabProcesses(labDir: string): number[] {
  const marked = findMarked(labMark, labDir);
  const holders = marked.filter((pid) => isMarked(pid, holderMark, '1'));
  const namespaces = new Set(holders.map(networkNamespace).filter((id) => id !== undefined));
  const inside = namespaces.size === 0 ? [] : processIds().filter((pid) => namespaces.has(networkNamespace(pid) ?? ''));
  return [...new Set([...marked, ...inside])].filter((pid) => pid !== process.pid);
}

/** Whether a process is there and carries the mark. */
export function isMarked(pid: number, name: string, value: string): boolean {
  const environ = tryRead(() => readFileSync(`/proc/${pid}/environ`));
  return environ !== undefined && environHas(environ, name, value);
}

function networkNamespace(pid: number): string | undefined {
  return tryRead(() => readlinkSync(`/proc/${pid}/ns/net`));
}

function processIds(): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);
}

function tryRead<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
