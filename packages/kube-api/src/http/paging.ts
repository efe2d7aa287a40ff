import { randomUUID } from 'node:crypto';
import type { ApiObject } from '../object.js';
import { ApiError } from '../status.js';

/** How long a client may take from one page to the next. */
const lifetimeMs = 5 * 60_000;
/** Lists that are kept for their next page; the oldest goes first. */
const maxLists = 64;

export interface Page {
  readonly items: readonly ApiObject[];
  readonly version: string;
  /** For the next page; absent on the last. */
  readonly token?: string;
  readonly remaining: number;
}

interface Rest {
  readonly items: readonly ApiObject[];
  readonly version: string;
  readonly expiresAt: number;
}

/**
 * Cuts lists into the pages that `limit` and `continue` ask for. All pages show the moment of the first one: what is
 * left is kept (objects never change in place, so that costs references), and a token that is too late gets `Expired`.
 */
export class Pager {
  readonly #rests = new Map<string, Rest>();

  page(query: URLSearchParams, list: () => readonly ApiObject[], currentVersion: number): Page {
    const limit = Number(query.get('limit') ?? 0);
    if (!Number.isInteger(limit) || limit < 0) throw new ApiError('BadRequest', 'limit must be a number, at least 0');
    const token = query.get('continue');
    const { items, version } = token ? this.#rest(token) : { items: list(), version: String(currentVersion) };
    if (limit === 0 || items.length <= limit) return { items, version, remaining: 0 };
    const rest = { items: items.slice(limit), version, expiresAt: Date.now() + lifetimeMs };
    return { items: items.slice(0, limit), version, token: this.#keep(rest), remaining: rest.items.length };
  }

  #rest(token: string): Rest {
    const rest = this.#rests.get(token);
    if (!rest || rest.expiresAt < Date.now()) {
      throw new ApiError(
        'Expired',
        'The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.',
      );
    }
    return rest;
  }

  #keep(rest: Rest): string {
    const token = randomUUID();
    this.#rests.set(token, rest);
    for (const [oldest, { expiresAt }] of this.#rests) {
      if (this.#rests.size <= maxLists && expiresAt >= Date.now()) break;
      this.#rests.delete(oldest);
    }
    return token;
  }
}
