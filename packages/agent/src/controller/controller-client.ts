import {
  createKubeClient,
  createReflector,
  loadConnection,
  resources,
  type KubeClient,
  type KubeConnection,
  type Reflector,
} from '@antrea-ts/kube';
import type { Logger } from '@antrea-ts/runtime';

/** Where the controller is, and how it is trusted. */
export interface ControllerClientOptions {
  /** `antreaClientConnection.kubeconfig`; empty: as a Pod of the cluster. */
  readonly kubeconfig: string;
  /** `ANTREA_SERVICE_HOST` and `ANTREA_SERVICE_PORT` are those of the Service `antrea`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The Namespace of Antrea. */
  readonly namespace: string;
}

interface Modules {
  /** The Kubernetes API: its ConfigMap `antrea-ca` tells the controller's authority, its account is ours. */
  readonly client: KubeClient;
  readonly connection: KubeConnection;
  readonly logger: Logger;
}

/**
 * The way to the controller's API. With a kubeconfig it is fixed; else it is the Service's address with the authority
 * that the controller publishes, and made anew whenever that changes (Antrea 1.3).
 */
export class ControllerClient {
  readonly #options: ControllerClientOptions;
  readonly #modules: Modules;
  #client: KubeClient | undefined;
  #problem = 'not started';
  #authority: Reflector<string> | undefined;

  constructor(options: ControllerClientOptions, modules: Modules) {
    this.#options = options;
    this.#modules = modules;
  }

  /** Whether it is known where a controller would be. */
  get isConfigured(): boolean {
    return this.#client !== undefined || this.#authority !== undefined;
  }

  /** Undefined while it is not known whom to trust; ask again before every connection. */
  get current(): KubeClient | undefined {
    return this.#client;
  }

  /** Why there is no client. */
  get problem(): string | undefined {
    return this.#client ? undefined : this.#problem;
  }

  async start({ signal }: { readonly signal: AbortSignal }): Promise<void> {
    const { kubeconfig, env, namespace } = this.#options;
    if (kubeconfig !== '') {
      this.#client = createKubeClient(await loadConnection({ kubeconfig, env }));
      return;
    }
    const server = serviceUrl(env);
    if (server === undefined) {
      this.#problem = 'ANTREA_SERVICE_HOST is not set, and antreaClientConnection.kubeconfig neither';
      this.#modules.logger.warn('Do not know where the controller is', { reason: this.#problem });
      return;
    }
    this.#problem = `ConfigMap ${namespace}/antrea-ca is not there yet: has antrea-controller started?`;
    this.#authority = createReflector({
      client: this.#modules.client,
      resource: resources.configMaps,
      namespace,
      fieldSelector: 'metadata.name=antrea-ca',
      project: ({ data }) => data?.['ca.crt'],
      onChange: (change) => {
        if (change.kind !== 'removed') this.#trust(server, change.object);
      },
      log: this.#modules.logger,
    });
    await this.#authority.start({ signal });
  }

  async stop(): Promise<void> {
    await this.#authority?.stop();
    await this.#client?.close();
  }

  #trust(server: string, ca: string): void {
    const { credentials } = this.#modules.connection;
    const { namespace } = this.#options;
    const before = this.#client;
    const tls = { ca, serverName: `antrea.${namespace}.svc` };
    this.#client = createKubeClient({ server, tls, credentials, namespace });
    this.#modules.logger.info('Know the authority of the controller', { server });
    // Watches of the old client break, and go on with the new one.
    void before?.close();
  }
}

function serviceUrl(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const host = env['ANTREA_SERVICE_HOST'];
  const port = env['ANTREA_SERVICE_PORT'] ?? '443';
  if (!host) return undefined;
  return `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
