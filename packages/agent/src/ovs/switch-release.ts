import { clearFlowRestoreWait, isFlowRestoreWaiting, type OvsdbClient } from '@antrea-ts/ovs';
import { ReconcileLoop, type Clock } from '@antrea-ts/reconcile';
import type { Logger } from '@antrea-ts/runtime';
import { baseOwner } from '../dataplane/node-intent.js';
import type { Dataplane } from '../dataplane/dataplane.js';

/** Once in a while the wish to wait is looked for although the connection never broke. */
const intervalMs = 600_000;
const retryMs = { first: 200, longest: 5_000 };

interface Modules {
  readonly database: OvsdbClient;
  readonly dataplane: Pick<Dataplane, 'settled'>;
  readonly logger: Logger;
  readonly clock: Clock;
}

/**
 * Lets the switch forward once its flows are there. The scripts that start Open vSwitch tell it to hold packets back
 * until then (`flow-restore-wait`), at every start: also when it is restarted under a running agent.
 */
export class SwitchRelease {
  readonly #modules: Modules;
  readonly #stopped = new AbortController();
  readonly #loop: ReconcileLoop;

  constructor(modules: Modules) {
    this.#modules = modules;
    this.#loop = new ReconcileLoop({
      clock: modules.clock,
      intervalMs,
      retryMs,
      signal: this.#stopped.signal,
      pass: async ({ signal }) => {
        await modules.dataplane.settled({ signal, owner: baseOwner });
        // The script may tell it a moment after the switch came up.
        if (await clearFlowRestoreWait(modules.database, { signal })) this.#report();
      },
      onError: (error) => modules.logger.warn('Could not release flow-restore-wait, will try again', { error }),
    });
  }

  /** Releases the switch when the Node's own flows are there; throws when it refuses them. */
  async first({ signal }: { signal: AbortSignal }): Promise<void> {
    const { database, dataplane } = this.#modules;
    // A Pod's or peer's flows that are refused leave that Pod or peer alone without connection.
    await dataplane.settled({ signal, owner: baseOwner });
    if (!isFlowRestoreWaiting(database)) return;
    await clearFlowRestoreWait(database, { signal });
    this.#report();
  }

  /** The switch was reconnected, and may have been restarted. */
  switchConnected(): void {
    this.#loop.trigger();
    this.#loop.start();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#loop.ended();
  }

  #report(): void {
    this.#modules.logger.info('Released flow-restore-wait: the switch forwards');
  }
}
