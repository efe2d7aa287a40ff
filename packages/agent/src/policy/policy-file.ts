import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readSnapshot, snapshotLimit, writeSnapshot, type PolicySnapshot, type SnapshotTexts } from '@antrea-ts/policy';
import { ReconcileLoop, type Clock } from '@antrea-ts/reconcile';
import { ensureDirectory, pause, writeFileAtomic, type Logger } from '@antrea-ts/runtime';

/** Many changes make one write: the file is at most this old. */
const writeEveryMs = 1_000;
const never = 2 ** 31 - 1;

/**
 * The policies that the controller last agreed on, on disk: an agent that starts while the controller is away enforces
 * them before a Pod's packet passes. Readable by root alone.
 */
export class PolicyFile {
  readonly #path: string;
  readonly #logger: Logger;
  readonly #stopped = new AbortController();
  readonly #loop: ReconcileLoop;

  constructor(
    path: string,
    modules: { readonly snapshot: () => SnapshotTexts | undefined; readonly logger: Logger; readonly clock: Clock },
  ) {
    this.#path = path;
    this.#logger = modules.logger;
    let lastWrite = Number.NEGATIVE_INFINITY;
    this.#loop = new ReconcileLoop({
      clock: modules.clock,
      intervalMs: never,
      retryMs: { first: writeEveryMs, longest: 60_000 },
      signal: this.#stopped.signal,
      pass: async ({ signal }) => {
        const wait = lastWrite + writeEveryMs - modules.clock.now();
        if (wait > 0) await pause(modules.clock, wait, { signal });
        const snapshot = modules.snapshot();
        if (!snapshot) return;
        await ensureDirectory(dirname(path), { mode: 0o700 });
        await writeFileAtomic(path, writeSnapshot(snapshot, checksum), { mode: 0o600 });
        lastWrite = modules.clock.now();
      },
      onError: (error) => this.#logger.error('Cannot keep the policies for the next start', { file: path, error }),
    });
    this.#loop.start();
  }

  /** What is in the file; undefined where there is none, or none that can be used. */
  async read(): Promise<PolicySnapshot | undefined> {
    try {
      if ((await stat(this.#path)).size > snapshotLimit) throw new Error(`longer than ${snapshotLimit} bytes`);
      const read = readSnapshot(await readFile(this.#path, 'utf8'), checksum);
      if (read.kind === 'read') return read.snapshot;
      this.#logger.warn('Cannot use the kept policies', { file: this.#path, reason: read.reason });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        this.#logger.warn('Cannot read the kept policies', { file: this.#path, error });
      }
    }
    return undefined;
  }

  /** What the controller says has changed. */
  changed(): void {
    this.#loop.trigger();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#loop.ended();
  }
}

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
