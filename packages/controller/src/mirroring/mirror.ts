import {
  createReflector,
  isKubeError,
  type KubeClient,
  type ObjectRef,
  type Reflector,
  type Stored,
} from '@antrea-ts/kube';
import { KeyedQueue, type Clock } from '@antrea-ts/reconcile';
import { errorMessage, type Logger } from '@antrea-ts/runtime';
import { warnOf } from '../warning-event.js';
import type { MirroredKind } from './mirrored-kinds.js';
import {
  isManaged,
  managedByAnnotation,
  mirroringController,
  needsStatus,
  planMirror,
  type Mirrored,
} from './plan-mirror.js';

/** As 1.3. */
const retryMs = { first: 5_000, longest: 300_000 };

interface Modules {
  readonly client: KubeClient;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Keeps the objects of one kind as their legacy objects are, and tells those the status. */
export class Mirror {
  readonly #kind: MirroredKind;
  readonly #modules: Modules;
  readonly #legacy: Reflector<Mirrored>;
  readonly #current: Reflector<Mirrored>;
  readonly #stopped = new AbortController();
  readonly #queue: KeyedQueue<string>;

  constructor(kind: MirroredKind, modules: Modules) {
    this.#kind = kind;
    this.#modules = modules;
    const { client, clock, logger: log } = modules;
    this.#queue = new KeyedQueue({
      handle: (key, { signal }) => this.#mirror(key, signal),
      concurrency: 4,
      clock,
      retryMs,
      signal: this.#stopped.signal,
      onError: (key, error) =>
        log.warn('Could not mirror a legacy object, will try again', { kind: kind.current.kind, name: key, error }),
    });
    const onChange = ({ key }: { readonly key: string }): void => this.#queue.add(key);
    this.#legacy = createReflector({ client, resource: kind.legacy, project: wanted, onChange, log });
    this.#current = createReflector({ client, resource: kind.current, project: ifManaged, onChange, log });
  }

  async start({ signal }: { readonly signal: AbortSignal }): Promise<void> {
    await Promise.all([this.#legacy.start({ signal }), this.#current.start({ signal })]);
    // What is not seen yet would pass for what is gone.
    const synced = Promise.all([this.#legacy, this.#current].map((each) => each.whenSynced(this.#stopped)));
    synced.then(
      () => this.#queue.start(),
      () => undefined,
    );
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await Promise.all([this.#legacy.stop(), this.#current.stop(), this.#queue.ended()]);
  }

  async #mirror(key: string, signal: AbortSignal): Promise<void> {
    const found = this.#legacy.store.get(key);
    const current = this.#current.store.get(key);
    const legacy = found && this.#asCurrent(found);
    const step = planMirror(legacy, current);
    const ref = refOf(key);
    try {
      if (step !== 'none') {
        await this.#apply(step, ref, legacy, current, signal);
        this.#modules.logger.info('Mirrored a legacy object', { kind: this.#kind.current.kind, ...ref, step });
      }
      if (legacy && needsStatus(found, current)) {
        const body = { metadata: { uid: legacy.metadata?.uid }, status: current?.status };
        const patch = { type: 'merge', body } as const;
        await this.#modules.client.patch(this.#kind.legacy, ref, patch, { subresource: 'status', signal });
      }
    } catch (error) {
      // Gone meanwhile: that is told to us, too.
      if (isKubeError(error, 'not-found')) return;
      if (!isKubeError(error, 'invalid', 'forbidden', 'bad-request')) throw error;
      await this.#tellRefused(key, errorMessage(error), signal);
    }
  }

  /** A policy that is not mirrored is not enforced: whoever wrote it has to know. */
  async #tellRefused(key: string, reason: string, signal: AbortSignal): Promise<void> {
    const { logger, client } = this.#modules;
    const { legacy } = this.#kind;
    const ref = refOf(key);
    logger.error('A legacy object cannot be mirrored', { kind: legacy.kind, ...ref, reason });
    const uid = this.#legacy.store.get(key)?.metadata?.uid;
    if (uid === undefined) return;
    const subject = { apiVersion: `${legacy.group}/${legacy.version}`, kind: legacy.kind, ...refFields(ref), uid };
    const message = `It cannot be mirrored into ${this.#kind.current.group}, so that what it says has no effect: ${reason}`;
    await warnOf(subject, { reason: 'NotMirrored', message, at: new Date() }, { client, signal });
  }

  #asCurrent(legacy: Mirrored): Mirrored {
    const { spec: _, ...rest } = legacy;
    const spec = this.#kind.specOf(legacy);
    return { ...rest, ...(spec ? { spec } : {}) };
  }

  async #apply(
    step: 'create' | 'update' | 'release' | 'delete',
    ref: ObjectRef,
    legacy: Mirrored | undefined,
    current: Mirrored | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { client } = this.#modules;
    const { current: of } = this.#kind;
    const { labels } = legacy?.metadata ?? {};
    const said = legacy?.spec ? { spec: legacy.spec } : {};
    if (step === 'create') {
      const annotations = { [managedByAnnotation]: mirroringController };
      await client.create(
        of,
        { metadata: { ...refFields(ref), ...(labels && { labels }), annotations }, ...said },
        { signal },
      );
    } else if (step === 'update') {
      const { labels: _, ...metadata } = current?.metadata ?? {};
      await client.replace(of, { metadata: { ...metadata, ...(labels && { labels }) }, ...said }, { signal });
    } else if (step === 'release') {
      const body = { metadata: { uid: current?.metadata?.uid, annotations: { [managedByAnnotation]: null } } };
      await client.patch(of, ref, { type: 'merge', body }, { signal });
    } else {
      const { uid } = current?.metadata ?? {};
      await client.delete(of, ref, { signal, ...(uid === undefined ? {} : { preconditions: { uid } }) });
    }
  }
}

function wanted({ metadata, spec, status }: Stored<Mirrored>): Mirrored {
  return { metadata, ...(spec ? { spec } : {}), ...(status ? { status } : {}) };
}

/** Of objects that are not mirrored it is only known that they are there. */
function ifManaged(object: Stored<Mirrored>): Mirrored {
  return isManaged(object) ? wanted(object) : {};
}

function refOf(key: string): ObjectRef {
  const [namespace = '', name] = key.split('/');
  return name === undefined ? { name: namespace } : { namespace, name };
}

function refFields({ name, namespace }: ObjectRef): { name: string; namespace?: string } {
  return { name, ...(namespace === undefined ? {} : { namespace }) };
}
