import { setTimeout as sleep } from 'node:timers/promises';

const retryMs = 200;

/** Writes a status again and again, the newest only: what changes while a write is under way goes with the next one. */
export interface StatusPublisher {
  publish(): void;
  /** Resolves when there is nothing left to write. */
  settled(): Promise<void>;
}

/** `write` renders the status of now and writes it; while it throws, it is called again. */
export function createStatusPublisher(options: {
  readonly write: () => Promise<void>;
  readonly onError: (error: unknown) => void;
  /** True when nobody wants the status any more. */
  readonly isOver: () => boolean;
}): StatusPublisher {
  let running: Promise<void> | undefined;
  let dirty = false;

  const run = async (): Promise<void> => {
    while (dirty && !options.isOver()) {
      dirty = false;
      try {
        await options.write();
      } catch (error) {
        options.onError(error);
        dirty = true;
        await sleep(retryMs);
      }
    }
    running = undefined;
  };

  return {
    publish() {
      dirty = true;
      running ??= Promise.resolve().then(run);
    },
    async settled() {
      await running;
    },
  };
}
