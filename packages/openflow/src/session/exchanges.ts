import { SessionError } from './errors.js';
import type { PendingExchange } from './exchange.js';

/** The exchanges under way, found by transaction id. */
export class Exchanges {
  readonly #single = new Map<number, PendingExchange>();
  /** Those with many ids; few at a time. */
  readonly #ranges = new Set<PendingExchange>();

  add(exchange: PendingExchange): void {
    if (exchange.count === 1) this.#single.set(exchange.firstXid, exchange);
    else this.#ranges.add(exchange);
  }

  remove(exchange: PendingExchange): void {
    if (exchange.count === 1) this.#single.delete(exchange.firstXid);
    else this.#ranges.delete(exchange);
  }

  find(xid: number): PendingExchange | undefined {
    const single = this.#single.get(xid);
    if (single !== undefined) return single;
    for (const exchange of this.#ranges) {
      if (xid >= exchange.firstXid && xid < exchange.firstXid + exchange.count) return exchange;
    }
    return undefined;
  }

  /** Until when the switch may be silent because it works on something long. */
  busyUntil(): number {
    let until = -Infinity;
    for (const exchange of this.#ranges) if (exchange.busy) until = Math.max(until, exchange.deadline);
    return until;
  }

  /** Fails those whose deadline has passed. */
  expire(now: number): void {
    for (const exchange of this.#all()) {
      if (exchange.deadline <= now) {
        exchange.fail(new SessionError('timeout', `${exchange.operation}: no answer from the switch in time`));
      }
    }
  }

  /** Fails all, each with its operation named. */
  failAll(code: 'disconnected', cause: Error): void {
    for (const exchange of this.#all()) {
      exchange.fail(new SessionError(code, `${exchange.operation}: ${cause.message}`, { cause }));
    }
  }

  #all(): PendingExchange[] {
    return [...this.#single.values(), ...this.#ranges];
  }
}
