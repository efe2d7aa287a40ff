import { readFile } from 'node:fs/promises';
import { RuntimeError } from '../errors.js';
import { writeFileAtomic } from './atomic-write.js';

/** Writes our process id for others to find. */
export async function writePidFile(path: string, pid: number = process.pid): Promise<void> {
  await writeFileAtomic(path, `${pid}\n`, { mode: 0o644 });
}

/** The process id in a file; undefined when there is no file or nothing in it yet. Throws `bad-file` on other content. */
export async function readPidFile(path: string): Promise<number | undefined> {
  let content: string;
  try {
    content = (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  if (content === '') return undefined;
  const pid = /^\d{1,10}$/.test(content) ? Number(content) : 0;
  if (pid > 0) return pid;
  throw new RuntimeError(
    'bad-file',
    `read PID file ${path}: not a process id: ${JSON.stringify(content.slice(0, 40))}`,
  );
}

/** True while a process of this id exists, ours or not. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
