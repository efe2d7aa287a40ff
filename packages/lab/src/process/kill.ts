import { setTimeout as sleep } from 'node:timers/promises';
import { patient } from './patience.js';

/** Sends a signal; that the process is gone already is fine. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Kills what `find` finds until it finds nothing: what is killed may have started something just before. */
export async function killAll(
  find: () => readonly number[],
  options: { readonly timeoutMs: number },
): Promise<number[]> {
  const deadline = Date.now() + patient(options.timeoutMs);
  for (;;) {
    const left = find();
    if (left.length === 0) return [];
    if (Date.now() > deadline) return [...left];
    for (const pid of left) signalProcess(pid, 'SIGKILL');
    await sleep(5);
  }
}
