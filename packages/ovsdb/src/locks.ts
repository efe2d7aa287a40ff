import { isJsonObject, type Json } from './json.js';

/** `waiting`: another session holds it, ours is in the queue; `stolen`: another session took it, ask again. */
export type LockState = 'owned' | 'waiting' | 'stolen' | 'released';

interface LockChange {
  readonly lock: string;
  readonly state: LockState;
}

/** The locks one session asked for (RFC 7047 sections 4.1.8 to 4.1.10). */
export class LockTable {
  readonly #locks = new Map<string, LockState>();

  get(lock: string): LockState | undefined {
    return this.#locks.get(lock);
  }

  answered(method: 'lock' | 'steal' | 'unlock', lock: string, result: Json): LockChange | undefined {
    if (method === 'unlock') return this.#change(lock, 'released');
    const owned = isJsonObject(result) && result['locked'] === true;
    return this.#change(lock, owned ? 'owned' : 'waiting');
  }

  notified(method: 'locked' | 'stolen', lock: string): LockChange | undefined {
    if (!this.#locks.has(lock)) return undefined;
    return this.#change(lock, method === 'locked' ? 'owned' : 'stolen');
  }

  #change(lock: string, state: LockState): LockChange {
    if (state === 'released') this.#locks.delete(lock);
    else this.#locks.set(lock, state);
    return { lock, state };
  }
}
