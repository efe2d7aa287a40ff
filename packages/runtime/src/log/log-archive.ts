import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** What is kept of the older files of a log. */
export interface ArchiveOptions {
  /** How many, the newest. */
  readonly maxFiles: number;
  /** Those that were closed longer ago go. */
  readonly maxAgeMs: number;
  /** Told when they cannot be compressed or removed; they stay until the next time. */
  readonly onError: (error: unknown) => void;
  /** Time by the clock in milliseconds since 1970. */
  readonly now?: () => number;
}

/**
 * The older files of a log: compressed, and called after the time at which they were closed, as `lumberjack` of Go
 * does it: `np-2026-01-30T07-57-57.123.log.gz` beside `np.log`.
 */
export class LogArchive {
  readonly #directory: string;
  readonly #prefix: string;
  readonly #extension: string;
  readonly #options: ArchiveOptions;
  readonly #now: () => number;
  #tidying: Promise<void> = Promise.resolve();

  constructor(path: string, options: ArchiveOptions) {
    this.#directory = dirname(path);
    this.#extension = extname(path);
    this.#prefix = `${basename(path, this.#extension)}-`;
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Where a file that is closed now is put: a name that none has. */
  nextPath(): string {
    for (let at = this.#now(); ; at += 1) {
      const path = join(this.#directory, `${this.#prefix}${renderTime(at)}${this.#extension}`);
      if (!existsSync(path) && !existsSync(`${path}.gz`)) return path;
    }
  }

  /** Compresses and removes what is due. Calls follow one another; resolves when there is nothing more to do. */
  tidy(): Promise<void> {
    this.#tidying = this.#tidying.then(() => this.#tidyOnce()).catch(this.#options.onError);
    return this.#tidying;
  }

  async #tidyOnce(): Promise<void> {
    const files = (await readdir(this.#directory)).flatMap((name) => this.#closedFile(name) ?? []);
    const partial = files.filter(({ kind }) => kind === 'partial');
    const newest = files.filter(({ kind }) => kind !== 'partial').sort((a, b) => b.closedAt - a.closedAt);
    const oldest = this.#now() - this.#options.maxAgeMs;
    const isKept = ({ closedAt }: ClosedFile, index: number): boolean =>
      index < this.#options.maxFiles && closedAt >= oldest;
    for (const { path } of [...partial, ...newest.filter((file, index) => !isKept(file, index))]) {
      await rm(path, { force: true });
    }
    for (const { kind, path } of newest.filter(isKept)) if (kind === 'plain') await compress(path);
  }

  #closedFile(name: string): ClosedFile | undefined {
    if (!name.startsWith(this.#prefix)) return undefined;
    const rest = name.slice(this.#prefix.length);
    const ending = endings.find(({ suffix }) => rest.endsWith(`${this.#extension}${suffix}`));
    if (!ending) return undefined;
    const closedAt = parseTime(rest.slice(0, rest.length - this.#extension.length - ending.suffix.length));
    return closedAt === undefined ? undefined : { path: join(this.#directory, name), kind: ending.kind, closedAt };
  }
}

interface ClosedFile {
  readonly path: string;
  readonly kind: 'plain' | 'compressed' | 'partial';
  readonly closedAt: number;
}

const partialSuffix = '.gz.partial';
const endings = [
  { suffix: partialSuffix, kind: 'partial' },
  { suffix: '.gz', kind: 'compressed' },
  { suffix: '', kind: 'plain' },
] as const;

/** In threads of their own, as a stream: the file may be large. Whoever dies on the way leaves the file as it was. */
async function compress(path: string): Promise<void> {
  const partial = `${path}${partialSuffix}`;
  await pipeline(createReadStream(path), createGzip(), createWriteStream(partial, { mode: 0o640 }));
  await rename(partial, `${path}.gz`);
  await rm(path);
}

/** `2026-01-30T07-57-57.123`, in UTC. */
function renderTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, -1).replaceAll(':', '-');
}

function parseTime(text: string): number | undefined {
  const parts = /^(\d{4}-\d\d-\d\dT)(\d\d)-(\d\d)-(\d\d\.\d{3})$/.exec(text);
  const ms = parts ? Date.parse(`${parts[1]}${parts[2]}:${parts[3]}:${parts[4]}Z`) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
