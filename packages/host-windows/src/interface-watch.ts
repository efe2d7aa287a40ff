import { networkInterfaces } from 'node:os';
import type { HostChange } from '@antrea-ts/host';

/** How often the machine is looked at: it costs microseconds, and no process. */
const intervalMs = 2_000;

/**
 * Tells when adapters or addresses are others than a moment ago. Windows' own notifications come on foreign threads;
 * looking is simpler, and routes have to be looked at anyway.
 */
export class InterfaceWatch {
  readonly #listeners = new Set<(changes: ReadonlySet<HostChange>) => void>();
  readonly #onListenerError: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #seen = '';

  constructor(onListenerError: (error: unknown) => void) {
    this.#onListenerError = onListenerError;
  }

  subscribe(listener: (changes: ReadonlySet<HostChange>) => void): () => void {
    // A function of its own, so that one listener can subscribe twice.
    const each = (changes: ReadonlySet<HostChange>): void => listener(changes);
    this.#listeners.add(each);
    this.#start();
    return () => {
      this.#listeners.delete(each);
      if (this.#listeners.size === 0) this.close();
    };
  }

  /** Something was changed by us: whoever listens is told at once. */
  changed(...changes: readonly HostChange[]): void {
    queueMicrotask(() => this.#tell(new Set(changes)));
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #start(): void {
    if (this.#timer) return;
    this.#seen = look();
    this.#timer = setInterval(() => {
      const now = look();
      if (now === this.#seen) return;
      this.#seen = now;
      this.#tell(new Set(['links', 'addresses', 'routes']));
    }, intervalMs).unref();
  }

  #tell(changes: ReadonlySet<HostChange>): void {
    for (const listener of this.#listeners) {
      try {
        listener(changes);
      } catch (error) {
        this.#onListenerError(error);
      }
    }
  }
}

function look(): string {
  return JSON.stringify(networkInterfaces());
}
