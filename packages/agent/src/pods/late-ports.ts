import type { Clock } from '@antrea-ts/reconcile';
import { errorMessage, type Logger } from '@antrea-ts/runtime';

const retryMs = 1_000;
/** As long as 1.3 waits. */
const patienceMs = 60_000;

/**
 * Ports of Pods whose adapter appears after the CNI call has answered, as containerd's do on Windows. Until a port is
 * there nothing of the Pod reaches the switch, so nothing passes unguarded.
 */
export class LatePorts {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #waiting = new Map<string, AbortController>();

  constructor({ logger, clock }: { readonly logger: Logger; readonly clock: Clock }) {
    this.#logger = logger;
    this.#clock = clock;
  }

  /** Tries to connect until it succeeds, the Pod goes, or a minute has passed. A later call for a Pod replaces an earlier one. */
  connect(pod: string, attempt: (options: { signal: AbortSignal }) => Promise<void>): void {
    this.forget(pod);
    const stopped = new AbortController();
    this.#waiting.set(pod, stopped);
    void this.#run(pod, attempt, stopped).finally(() => {
      if (this.#waiting.get(pod) === stopped) this.#waiting.delete(pod);
    });
  }

  /** Whether a Pod is being connected. */
  has(pod: string): boolean {
    return this.#waiting.has(pod);
  }

  /** The Pod is gone. */
  forget(pod: string): void {
    this.#waiting.get(pod)?.abort();
    this.#waiting.delete(pod);
  }

  stop(): void {
    for (const pod of this.#waiting.keys()) this.forget(pod);
  }

  async #run(
    pod: string,
    attempt: (options: { signal: AbortSignal }) => Promise<void>,
    { signal }: AbortController,
  ): Promise<void> {
    const deadline = this.#clock.now() + patienceMs;
    while (!signal.aborted) {
      try {
        await attempt({ signal });
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (this.#clock.now() >= deadline) {
          this.#logger.error('Could not connect a Pod', { pod, error });
          return;
        }
        this.#logger.debug('A Pod is not connected yet', { pod, reason: errorMessage(error) });
      }
      await this.#pause(signal);
    }
  }

  #pause(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const ended = (): void => {
        cancel();
        signal.removeEventListener('abort', ended);
        resolve();
      };
      const cancel = this.#clock.setTimer(retryMs, ended);
      signal.addEventListener('abort', ended);
    });
  }
}
