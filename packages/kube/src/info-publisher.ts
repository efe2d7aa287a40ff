import { ReconcileLoop, type Clock } from '@antrea-ts/reconcile';
import { errorMessage, type Logger } from '@antrea-ts/runtime';
import { isKubeError } from './errors.js';
import type { KubeClient } from './kube-client.js';
import type { Resource } from './resource.js';

/** As Antrea 1.3. */
const intervalMs = 60_000;
const retryMs = { first: 5_000, longest: intervalMs };

/** Which object, and what is in it. */
export interface InfoPublisherOptions {
  readonly resource: Resource;
  readonly name: string;
  /** All fields but the metadata, as they are now. */
  readonly fields: () => object | Promise<object>;
}

/**
 * Keeps an object of the cluster as its author says: at once, and every minute. Programs tell of themselves with it
 * (AntreaAgentInfo, AntreaControllerInfo). Without the kind, or without the API, it tries again.
 */
export class InfoPublisher {
  readonly #options: InfoPublisherOptions;
  readonly #modules: { readonly client: Pick<KubeClient, 'get' | 'create' | 'replace'>; readonly logger: Logger };
  readonly #loop: ReconcileLoop;
  readonly #stopped = new AbortController();
  /** What was wrong last, so that it is told once. */
  #told: string | undefined;

  constructor(
    options: InfoPublisherOptions,
    modules: {
      readonly client: Pick<KubeClient, 'get' | 'create' | 'replace'>;
      readonly clock: Clock;
      readonly logger: Logger;
    },
  ) {
    this.#options = options;
    this.#modules = modules;
    this.#loop = new ReconcileLoop({
      clock: modules.clock,
      intervalMs,
      retryMs,
      signal: this.#stopped.signal,
      pass: ({ signal }) => this.#publish(signal),
      onError: (error) => this.#failed(error),
    });
  }

  start(): void {
    this.#loop.start();
  }

  /** Tells again soon: something changed that should not wait for the minute. */
  refresh(): void {
    this.#loop.trigger();
  }

  /** Ends; the object stays. */
  async stop(): Promise<void> {
    this.#stopped.abort(new Error('stopping'));
    await this.#loop.ended();
  }

  async #publish(signal: AbortSignal): Promise<void> {
    const { client, logger } = this.#modules;
    const { resource, name, fields } = this.#options;
    const known = await client.get(resource, { name }, { signal }).catch(unlessAbsent);
    const object = { metadata: known?.metadata ?? { name }, ...(await fields()) };
    if (known === undefined) await client.create(resource, object, { signal });
    else await client.replace(resource, object, { signal });
    if (this.#told !== undefined) logger.info('Told about this program again', { [resource.kind]: name });
    this.#told = undefined;
  }

  #failed(error: unknown): void {
    const { resource, name } = this.#options;
    const reason = isKubeError(error, 'not-found')
      ? `the cluster has no such kind: install the CustomResourceDefinition ${resource.plural}.${resource.group}`
      : errorMessage(error);
    if (reason === this.#told) return;
    this.#told = reason;
    this.#modules.logger.warn('Cannot tell about this program; will try again', {
      [resource.kind]: name,
      error: reason,
    });
  }
}

function unlessAbsent(error: unknown): undefined {
  if (isKubeError(error, 'not-found')) return undefined;
  throw error;
}
