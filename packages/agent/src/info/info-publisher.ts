import { infoApiVersion, type AgentInfo, type AntreaAgentInfo } from '@antrea-ts/apis';
import { isKubeError, resource, type KubeClient } from '@antrea-ts/kube';
import { ReconcileLoop, type Clock } from '@antrea-ts/reconcile';
import { errorMessage, type Logger } from '@antrea-ts/runtime';

/** As Antrea 1.3. */
const intervalMs = 60_000;
const retryMs = { first: 5_000, longest: intervalMs };

const [group = '', version = ''] = infoApiVersion.split('/');
const agentInfos = resource<AntreaAgentInfo & { metadata: { name: string } }>({
  group,
  version,
  plural: 'antreaagentinfos',
  kind: 'AntreaAgentInfo',
  namespaced: false,
});

/** Keeps the cluster's AntreaAgentInfo of this Node as the agent is: at once, and every minute. */
export class InfoPublisher {
  readonly #options: { readonly nodeName: string; readonly apiPort: number };
  readonly #modules: { readonly client: Pick<KubeClient, 'get' | 'create' | 'replace'>; readonly logger: Logger };
  readonly #info: () => AgentInfo;
  readonly #loop: ReconcileLoop;
  readonly #stopped = new AbortController();
  /** What was wrong last, so that it is told once. */
  #told: string | undefined;

  constructor(
    options: { readonly nodeName: string; readonly apiPort: number },
    modules: {
      readonly client: Pick<KubeClient, 'get' | 'create' | 'replace'>;
      readonly clock: Clock;
      readonly logger: Logger;
      readonly info: () => AgentInfo;
    },
  ) {
    this.#options = options;
    this.#modules = modules;
    this.#info = modules.info;
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

  /** Ends; the object stays, for the controller to remove when the Node is gone. */
  async stop(): Promise<void> {
    this.#stopped.abort(new Error('the agent is stopping'));
    await this.#loop.ended();
  }

  async #publish(signal: AbortSignal): Promise<void> {
    const { client, logger } = this.#modules;
    const { nodeName: name, apiPort } = this.#options;
    const fields = { ...this.#info(), apiPort };
    const known = await client.get(agentInfos, { name }, { signal }).catch(unlessAbsent);
    if (known === undefined) await client.create(agentInfos, { metadata: { name }, ...fields }, { signal });
    else await client.replace(agentInfos, { metadata: known.metadata, ...fields }, { signal });
    if (this.#told !== undefined) logger.info('Told about this agent again', { antreaAgentInfo: name });
    this.#told = undefined;
  }

  #failed(error: unknown): void {
    const reason = isKubeError(error, 'not-found')
      ? 'the cluster has no such kind: install the CustomResourceDefinition antreaagentinfos.crd.antrea.io'
      : errorMessage(error);
    if (reason === this.#told) return;
    this.#told = reason;
    this.#modules.logger.warn('Cannot tell about this agent; will try again', {
      antreaAgentInfo: this.#options.nodeName,
      error: reason,
    });
  }
}

function unlessAbsent(error: unknown): undefined {
  if (isKubeError(error, 'not-found')) return undefined;
  throw error;
}
