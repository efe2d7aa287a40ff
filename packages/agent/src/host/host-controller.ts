import type { Host } from '@antrea-ts/host';
import { ReconcileLoop, type Clock } from '@antrea-ts/reconcile';
import { errorMessage, type Logger } from '@antrea-ts/runtime';
import { applyHostState, type DesiredHostState } from './host-state.js';

/** How often the host is looked over when nothing says that it changed. */
const intervalMs = 30_000;
const retryMs = { first: 500, longest: 10_000 };

/** Keeps the Node's own network stack as desired: at start, when what is desired changes, and when others change it. */
export class HostController {
  readonly #stopped = new AbortController();
  readonly #loop: ReconcileLoop;
  readonly #unsubscribe: () => void;
  #done: (() => void) | undefined;
  #lastError: unknown;
  /** Resolves when everything was as desired for the first time. */
  readonly firstPass: Promise<void>;

  constructor(
    options: { readonly desired: () => DesiredHostState },
    modules: { readonly host: Host; readonly logger: Logger; readonly clock: Clock },
  ) {
    this.firstPass = new Promise((resolve) => (this.#done = resolve));
    let changedByUs = true;
    this.#loop = new ReconcileLoop({
      clock: modules.clock,
      intervalMs,
      retryMs,
      signal: this.#stopped.signal,
      pass: async ({ signal }) => {
        const repair = !changedByUs;
        changedByUs = false;
        await applyHostState(options.desired(), modules, { signal, repair });
        this.#lastError = undefined;
        this.#done?.();
      },
      onError: (error, failures) => {
        this.#lastError = error;
        modules.logger.warn('Could not set up the host, will try again', { error, failures });
      },
    });
    this.#unsubscribe = modules.host.subscribe(() => this.#loop.trigger());
    this.changed = () => {
      changedByUs = true;
      this.#loop.trigger();
    };
  }

  /** What is desired changed. */
  readonly changed: () => void;

  /** Why the host is not as desired; undefined: it is. */
  get problem(): string | undefined {
    if (this.#lastError === undefined) return undefined;
    return errorMessage(this.#lastError);
  }

  start(): void {
    this.#loop.start();
  }

  async stop(): Promise<void> {
    this.#unsubscribe();
    this.#stopped.abort();
    await this.#loop.ended();
  }
}
