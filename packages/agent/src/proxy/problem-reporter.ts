import { createHash } from 'node:crypto';
import type { Event } from 'kubernetes-types/core/v1.js';
import { isKubeError, resources, type KubeClient } from '@antrea-ts/kube';
import type { Problem } from '@antrea-ts/proxy';
import type { Clock } from '@antrea-ts/reconcile';
import type { Logger } from '@antrea-ts/runtime';

/** An object that something is wrong with. */
export interface ReportedObject {
  readonly kind: 'Service' | 'Endpoints' | 'EndpointSlice';
  readonly namespace: string;
  readonly name: string;
}

interface Modules {
  readonly client: Pick<KubeClient, 'create'>;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly nodeName: string;
}

const component = 'antrea-agent';
/** Events at a time; more objects are only logged. */
const mostEvents = 100;
const emptyForMs = 10_000;

/**
 * Says what of an object cannot be used, once for each state of it: in the log, and as an event of the object. Every
 * Node sees the same; they give the event one name, and so there is one.
 */
export class ProblemReporter {
  readonly #modules: Modules;
  /** What was said of each object last. */
  readonly #said = new Map<string, string>();
  /** Services that are looked at later. */
  readonly #waiting = new Set<string>();
  #sending = 0;

  constructor(modules: Modules) {
    this.#modules = modules;
  }

  /** States what is wrong with an object now. */
  report(object: ReportedObject, problems: readonly Problem[]): void {
    const key = `${object.kind} ${object.namespace}/${object.name}`;
    if (problems.length === 0) return void this.#said.delete(key);
    const text = problems.map((problem) => `${problem.field}: ${problem.text}`).join('; ');
    if (this.#said.get(key) === text) return;
    this.#said.set(key, text);
    this.#modules.logger.warn(`${object.kind} with what cannot be used; the rest of it is`, {
      [object.kind === 'Service' ? 'service' : 'endpoints']: `${object.namespace}/${object.name}`,
      problems: text,
    });
    void this.#sendEvent(object, 'NotBalanced', text);
  }

  /** Has a look at a Service that lost its last Endpoint, or never had any; later, because most get some soon. */
  lookLater(namespace: string, name: string, isEmpty: () => boolean): void {
    const key = `${namespace}/${name}`;
    if (this.#waiting.has(key)) return;
    this.#waiting.add(key);
    this.#modules.clock.setTimer(emptyForMs, () => {
      this.#waiting.delete(key);
      if (!isEmpty()) return;
      const message = 'no Endpoint is ready: connections are refused; does the selector match Pods that are?';
      this.#modules.logger.info('A Service has no Endpoints', { service: key, message });
      void this.#sendEvent({ kind: 'Service', namespace, name }, 'NoEndpoints', message);
    });
  }

  async #sendEvent(object: ReportedObject, reason: string, message: string): Promise<void> {
    const { client, logger } = this.#modules;
    if (this.#sending >= mostEvents) return;
    this.#sending += 1;
    try {
      await client.create(resources.events, this.#event(object, reason, message));
    } catch (error) {
      if (!isKubeError(error, 'already-exists')) logger.debug('Cannot store an event', { error });
    } finally {
      this.#sending -= 1;
    }
  }

  #event({ kind, namespace, name }: ReportedObject, reason: string, message: string): Event {
    const now = `${new Date(this.#modules.clock.now()).toISOString().slice(0, 19)}Z`;
    const hash = createHash('sha256').update(`${kind} ${message}`).digest('hex').slice(0, 16);
    return {
      metadata: { namespace, name: `${name.slice(0, 200)}.${hash}` },
      involvedObject: {
        kind,
        namespace,
        name,
        apiVersion: kind === 'EndpointSlice' ? 'discovery.k8s.io/v1' : 'v1',
      },
      type: 'Warning',
      reason,
      message: message.slice(0, 1024),
      source: { component, host: this.#modules.nodeName },
      reportingComponent: component,
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    };
  }
}
