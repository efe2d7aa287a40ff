import type { Store } from '../storage/store.js';

const lifetimeMs = 3_600_000;
const lookEveryMs = 60_000;

/** Removes Events after an hour, as a real server does: nobody else would. */
export class EventExpiry {
  readonly #store: Store;
  #timer: NodeJS.Timeout | undefined;

  constructor({ store }: { readonly store: Store }) {
    this.#store = store;
  }

  start(): void {
    this.#timer = setInterval(() => this.expire(Date.now()), lookEveryMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  expire(now: number): void {
    for (const event of this.#store.list('events')) {
      const last = event['lastTimestamp'] ?? event.metadata.creationTimestamp;
      if (typeof last === 'string' && now - Date.parse(last) > lifetimeMs) this.#store.remove('events', event);
    }
  }
}
