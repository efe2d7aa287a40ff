import { readFile, rm } from 'node:fs/promises';
import { writeFileAtomic } from '@antrea-ts/runtime';
import { hostSettingsSchema, type HostSettings } from './host-settings.js';

/**
 * Where the host's settings are kept while its adapter is on the bridge. An agent that ends half-way finds here what the
 * host had: the adapter itself does not tell any more.
 */
export class SettingsFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async write(settings: HostSettings): Promise<void> {
    await writeFileAtomic(this.#path, `${JSON.stringify(settings)}\n`);
  }

  /** Undefined: there is none, or it cannot be read as one. */
  async read(): Promise<HostSettings | undefined> {
    try {
      return hostSettingsSchema.parse(JSON.parse(await readFile(this.#path, 'utf8')));
    } catch {
      return undefined;
    }
  }

  async remove(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}
