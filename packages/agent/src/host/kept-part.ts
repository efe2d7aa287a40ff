import { ReconcileLoop, type Clock } from '@antrea-ts/reconcile';
import { errorMessage, orAborted, type Logger } from '@antrea-ts/runtime';

/** How often a part is looked over when nothing says that it changed: what others change is back in 30 s. */
const intervalMs = 25_000;
const retryMs = { first: 500, longest: 10_000 };
/** A Pod that comes or goes is several changes, and each look goes through all Pods: they are looked at together. */
const lookDelayMs = 300;

export interface KeptPartOptions {
  /** For logs: `routes`. */
  readonly what: string;
  /** Makes the part as desired. `repair`: what is found different was changed by others. */
  readonly apply: (context: { readonly signal: AbortSignal; readonly repair: boolean }) => Promise<void>;
}

/** A part of the host that is kept as desired: at start, when what is desired changes, and when others change it. */
export class KeptPart {
  readonly #stopped = new AbortController();
  readonly #loop: ReconcileLoop;
  readonly #clock: Clock;
  #cancelLook: (() => void) | undefined;
  #changedByUs = true;
  #lastError: unknown;
  #waiters: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  /** Resolves when the part was as desired for the first time. */
  readonly firstPass: Promise<void>;

  constructor({ what, apply }: KeptPartOptions, modules: { readonly logger: Logger; readonly clock: Clock }) {
    this.#clock = modules.clock;
    let done: (() => void) | undefined;
    this.firstPass = new Promise((resolve) => (done = resolve));
    this.#loop = new ReconcileLoop({
      clock: modules.clock,
      intervalMs,
      retryMs,
      signal: this.#stopped.signal,
      pass: async ({ signal }) => {
        const repair = !this.#changedByUs;
        this.#changedByUs = false;
        const waiters = this.#waiters;
        this.#waiters = [];
        try {
          await apply({ signal, repair });
        } catch (error) {
          for (const { reject } of waiters) reject(error as Error);
          throw error;
        }
        for (const { resolve } of waiters) resolve();
        this.#lastError = undefined;
        done?.();
      },
      onError: (error, failures) => {
        this.#lastError = error;
        modules.logger.warn(`Could not set up ${what}, will try again`, { error, failures });
      },
    });
  }

  /** Why the part is not as desired; undefined: it is. */
  get problem(): string | undefined {
    return this.#lastError === undefined ? undefined : errorMessage(this.#lastError);
  }

  start(): void {
    this.#loop.start();
  }

  /** What is desired changed. */
  changed(): void {
    this.#changedByUs = true;
    this.#loop.trigger();
  }

  /** What is desired changed: resolves when it is so, rejects when that failed. */
  applied({ signal }: { signal: AbortSignal }): Promise<void> {
    const done = new Promise<void>((resolve, reject) => this.#waiters.push({ resolve, reject }));
    this.changed();
    return orAborted(done, signal);
  }

  /** Others may have changed the part: it is looked at soon. */
  look(): void {
    this.#cancelLook ??= this.#clock.setTimer(lookDelayMs, () => {
      this.#cancelLook = undefined;
      this.#loop.trigger();
    });
  }

  async stop(): Promise<void> {
    this.#cancelLook?.();
    this.#stopped.abort();
    await this.#loop.ended();
  }
}
