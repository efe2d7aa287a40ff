import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { LogArchive, type ArchiveOptions } from './log-archive.js';

/** Where and how much a log file may grow. */
export interface RotatingFileOptions {
  readonly path: string;
  /** Bytes after which a new file is begun; unset: never. */
  readonly maxSize?: number;
  /** How many older files (`path.1` is the newest of them) are kept; default 3. */
  readonly maxFiles?: number;
  /** Older files are compressed and called after their time, in the place of `maxFiles`. */
  readonly archive?: ArchiveOptions;
}

/**
 * A file that lines are appended to. Writes are synchronous, so that the last line before a crash is in the file; at
 * `maxSize` the file becomes `path.1`, `path.1` becomes `path.2`, and so on; or it goes into an archive.
 */
export class RotatingFile {
  readonly #path: string;
  readonly #maxSize: number;
  readonly #maxFiles: number;
  readonly #archive: LogArchive | undefined;
  #descriptor: number | undefined;
  #size = 0;

  constructor(options: RotatingFileOptions) {
    this.#path = options.path;
    this.#maxSize = options.maxSize ?? Number.POSITIVE_INFINITY;
    this.#maxFiles = options.maxFiles ?? 3;
    this.#archive = options.archive && new LogArchive(options.path, options.archive);
  }

  /** Opens the file (made with its directory if absent), also once more. Throws what the file system says. */
  open(): void {
    this.close();
    mkdirSync(dirname(this.#path), { recursive: true });
    this.#descriptor = openSync(this.#path, 'a', 0o640);
    this.#size = fstatSync(this.#descriptor).size;
  }

  write(text: string): void {
    const bytes = Buffer.from(text);
    if (this.#size > 0 && this.#size + bytes.length > this.#maxSize) this.#rotate();
    if (this.#descriptor === undefined) return;
    writeSync(this.#descriptor, bytes);
    this.#size += bytes.length;
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  /** Resolves when older files are compressed, and those that are too many or too old are gone. */
  async tidy(): Promise<void> {
    await this.#archive?.tidy();
  }

  #rotate(): void {
    this.close();
    if (this.#archive) {
      renameIfPresent(this.#path, this.#archive.nextPath());
      this.open();
      void this.#archive.tidy();
      return;
    }
    rmSync(`${this.#path}.${this.#maxFiles}`, { force: true });
    for (let index = this.#maxFiles - 1; index >= 0; index--) {
      renameIfPresent(index === 0 ? this.#path : `${this.#path}.${index}`, `${this.#path}.${index + 1}`);
    }
    if (this.#maxFiles === 0) rmSync(this.#path, { force: true });
    this.open();
  }
}

function renameIfPresent(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
