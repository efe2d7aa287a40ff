import { readFile } from 'node:fs/promises';
import { writeFileAtomic } from '@antrea-ts/runtime';
import type { Store, StoreContent } from './store.js';

const delayMs = 1_000;

/** Keeps the objects in a file: written a moment after changes and at the end, read at the start. */
export class Snapshot {
  readonly #store: Store;
  readonly #file: string;
  readonly #onError: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #written = 0;
  #unsubscribe: () => void = () => undefined;

  constructor(options: { readonly store: Store; readonly file: string; readonly onError: (error: unknown) => void }) {
    this.#store = options.store;
    this.#file = options.file;
    this.#onError = options.onError;
  }

  /** Takes over what the file holds; a file that is not there is an empty cluster. Throws when it cannot be read. */
  async load(): Promise<void> {
    const text = await readFile(this.#file, 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    });
    if (text === undefined) return;
    const content = JSON.parse(text) as StoreContent;
    if (typeof content.version !== 'number' || typeof content.collections !== 'object') {
      throw new Error(`${this.#file} is no snapshot of this server; remove it to start with an empty cluster`);
    }
    this.#store.restore(content);
    this.#written = this.#store.version;
  }

  follow(): void {
    this.#unsubscribe = this.#store.watchAll(() => {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#write();
      }, delayMs);
    });
  }

  async stop(): Promise<void> {
    this.#unsubscribe();
    clearTimeout(this.#timer);
    this.#write();
    await this.#writing;
  }

  #write(): void {
    this.#writing = this.#writing
      .then(async () => {
        const content = this.#store.content();
        if (content.version === this.#written) return;
        await writeFileAtomic(this.#file, JSON.stringify(content), { mode: 0o600 });
        this.#written = content.version;
      })
      .catch((error: unknown) => this.#onError(error));
  }
}
