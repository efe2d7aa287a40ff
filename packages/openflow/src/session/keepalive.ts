/** What to do about the switch's silence. */
export type KeepaliveStep = 'nothing' | 'ask' | 'dead';

/** Decides from the times of sending and hearing whether the peer is to be asked for a sign of life, or given up. */
export class Keepalive {
  readonly #echoIntervalMs: number;
  readonly #deadAfterMs: number;
  #asked: number;
  #heard: number;

  constructor(options: { readonly echoIntervalMs: number; readonly deadAfterMs: number; readonly now: number }) {
    this.#echoIntervalMs = options.echoIntervalMs;
    this.#deadAfterMs = options.deadAfterMs;
    this.#asked = options.now;
    this.#heard = options.now;
  }

  /** The peer sent something, or took what we sent. */
  heard(now: number): void {
    this.#heard = now;
  }

  /** `busyUntil`: the peer may be silent until then. The answer `ask` counts as asked. */
  step(now: number, busyUntil: number): KeepaliveStep {
    if (now - this.#heard >= this.#deadAfterMs && now >= busyUntil) return 'dead';
    if (now - this.#asked < this.#echoIntervalMs) return 'nothing';
    this.#asked = now;
    return 'ask';
  }

  silentMs(now: number): number {
    return now - this.#heard;
  }
}
