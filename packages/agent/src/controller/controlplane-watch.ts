import { setTimeout as delay } from 'node:timers/promises';
import type { ControlplaneMeta } from '@antrea-ts/apis';
import { KubeError, type KubeClient, type KubeObject, type Resource } from '@antrea-ts/kube';
import { snapshotLimit } from '@antrea-ts/policy';
import { errorMessage, type Logger } from '@antrea-ts/runtime';

/** Who takes what the controller tells. Throwing means that it made no sense: the watch then begins anew. */
export interface ControlplaneSink<T> {
  /** All objects there are for this Node. */
  replace(objects: readonly T[]): void;
  added(object: T): void;
  /** A policy as a whole, a group as a patch. */
  modified(object: T): void;
  deleted(name: string): void;
}

interface Options<T> {
  readonly resource: Resource;
  readonly nodeName: string;
  readonly sink: ControlplaneSink<T>;
  readonly client: () => KubeClient | undefined;
  readonly logger: Logger;
  /** Told when a watch has given all there is, each time. */
  readonly onSynced?: () => void;
  /** Milliseconds between attempts. */
  readonly pauses?: { readonly retry: number; readonly waitForClient: number };
}

/** As much as is kept on disk for the next start. */
const maxBeginning = snapshotLimit;

/** Antrea 1.3 begins a watch at most every 5 seconds. */
const defaultPauses = { retry: 5_000, waitForClient: 200 };

/**
 * Follows one kind of objects of `controlplane.antrea.io` for this Node. The API has no versions: each watch begins with
 * everything, ended by a bookmark, and only a beginning that is complete replaces what is known. While the controller
 * is away, what is known stays.
 */
export class ControlplaneWatch<T extends { readonly metadata: ControlplaneMeta }> {
  readonly #options: Options<T>;
  readonly #stopped = new AbortController();
  #running: Promise<void> | undefined;
  #connected = false;

  constructor(options: Options<T>) {
    this.#options = options;
  }

  /** True from the bookmark until the watch ends. */
  get isConnected(): boolean {
    return this.#connected;
  }

  start(): void {
    this.#running ??= this.#run(this.#stopped.signal);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { resource, logger, pauses = defaultPauses } = this.#options;
    let reported = '';
    while (!signal.aborted) {
      const client = this.#options.client();
      if (!client) {
        await delay(pauses.waitForClient, undefined, { signal }).catch(() => undefined);
        continue;
      }
      const begun = Date.now();
      try {
        await this.#watch(client, signal);
        reported = '';
      } catch (error) {
        if (signal.aborted) return;
        const reason = errorMessage(error);
        if (reason !== reported) logger.warn('Lost the controller, keep what it said', { of: resource.plural, error });
        reported = reason;
      } finally {
        this.#connected = false;
      }
      await delay(Math.max(0, pauses.retry - (Date.now() - begun)), undefined, { signal }).catch(() => undefined);
    }
  }

  async #watch(client: KubeClient, signal: AbortSignal): Promise<void> {
    const { resource, nodeName, sink, logger, onSynced } = this.#options;
    const fieldSelector = `nodeName=${nodeName}`;
    let beginning: T[] | undefined = [];
    for await (const event of client.watch<KubeObject>(resource, { fieldSelector, maxBeginning, signal })) {
      if (event.type === 'BOOKMARK') {
        if (!beginning) continue;
        sink.replace(beginning);
        logger.info('In sync with the controller', { of: resource.plural, objects: beginning.length });
        beginning = undefined;
        this.#connected = true;
        onSynced?.();
        continue;
      }
      const object = event.object as unknown as T;
      if (beginning) {
        if (event.type === 'ADDED') beginning.push(object);
      } else if (event.type === 'ADDED') sink.added(object);
      else if (event.type === 'MODIFIED') sink.modified(object);
      else sink.deleted(object.metadata.name);
    }
    if (beginning) {
      throw new KubeError('bad-answer', `watch ${resource.plural}: ended before everything had been sent`);
    }
  }
}
