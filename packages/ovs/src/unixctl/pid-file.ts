import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock, type Clock } from '../clock.js';
import { OvsError, vswitchdRemedy } from '../errors.js';

const POLL_MS = 50;

export interface PidFileOptions {
  readonly signal: AbortSignal;
  /** How long to wait for the file; 5 s as in Antrea 1.3. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
}

/**
 * The process id of an Open vSwitch daemon, from its PID file in the run directory, which is waited for: the daemon may
 * be starting. Throws an `OvsError` `not running`.
 */
export async function readPid(runDir: string, daemon: string, options: PidFileOptions): Promise<number> {
  const { signal, timeoutMs = 5_000, clock = systemClock } = options;
  const file = join(runDir, `${daemon}.pid`);
  const deadline = clock.now() + timeoutMs;
  for (;;) {
    signal.throwIfAborted();
    const content = await readFile(file, 'utf8').catch((error: unknown) => error);
    const pid = typeof content === 'string' ? Number.parseInt(content, 10) : NaN;
    if (pid > 0) return pid;
    if (clock.now() >= deadline) {
      const why = typeof content === 'string' ? 'it holds no process id' : 'it is not there';
      const message = `find ${daemon}: PID file ${file}: ${why} after ${timeoutMs} ms`;
      throw new OvsError('not running', message, { remedy: vswitchdRemedy, cause: content });
    }
    await clock.sleep(POLL_MS, { signal });
  }
}
