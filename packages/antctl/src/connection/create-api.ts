import type { KubeConnection } from '@antrea-ts/kube';
import { AntctlError } from '../errors.js';
import type { Mode } from '../mode.js';
import type { Api, ApiName } from './api.js';
import type { HttpApi, HttpApiOptions } from './http-api.js';

export interface CreateApiOptions extends HttpApiOptions {
  /** Where antctl runs. */
  readonly mode: Mode;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly kubeconfig?: string | undefined;
  readonly server?: string | undefined;
  /** The Node whose agent is asked, from where the cluster is known. */
  readonly node?: string | undefined;
  /** For tests; default: where 1.3 has it. */
  readonly tokenFile?: string | undefined;
}

const whenSilent = {
  agent: 'is antrea-agent running there, and does nothing between us block its port?',
  controller: 'is antrea-controller running there, and does nothing between us block its port?',
  cluster: 'is the server of the kubeconfig right, and up? --server HOST:PORT takes another address of it',
} as const satisfies Record<ApiName, string>;

const names = { agent: 'antrea-agent', controller: 'antrea-controller', cluster: 'the Kubernetes API' } as const;

/** Ways to all components that can be asked from here; each is prepared when it is first needed. */
export class ComponentApi implements Api {
  readonly #options: CreateApiOptions;
  readonly #opened = new Map<string, Promise<HttpApi>>();

  constructor(options: CreateApiOptions) {
    this.#options = options;
  }

  async get({ from, node, path, parameters }: Parameters<Api['get']>[0]): Promise<unknown> {
    return (await this.#open(from, node)).get(path, parameters);
  }

  async close(): Promise<void> {
    for (const opened of this.#opened.values()) await opened.then(async (api) => api.close()).catch(() => undefined);
  }

  #open(name: ApiName, node?: string): Promise<HttpApi> {
    const key = `${name}/${node ?? ''}`;
    const known = this.#opened.get(key);
    if (known) return known;
    const opening = this.#connect(name, node).then(async (connection) => {
      const { httpApi } = await import('./http-api.js');
      return httpApi(connection, { who: names[name], whenSilent: whenSilent[name] }, this.#options);
    });
    this.#opened.set(key, opening);
    return opening;
  }

  // Loading what connects takes longer than everything else of `--help` and of completion.
  async #connect(name: ApiName, ofNode: string | undefined): Promise<KubeConnection> {
    const { mode, env, server, node = ofNode } = this.#options;
    if (mode !== 'remote') {
      if (name !== mode) throw new AntctlError('wrong-mode', `${names[name]} cannot be asked beside antrea-${mode}`);
      const { localConnection } = await import('./local-connection.js');
      return localConnection(mode, { server, tokenFile: this.#options.tokenFile });
    }
    if (name === 'cluster') {
      const { clusterConnection } = await import('./cluster-connection.js');
      return clusterConnection(this.#options);
    }
    const { agentConnection, controllerConnection } = await import('./remote-components.js');
    const cluster = await this.#open('cluster');
    if (name === 'controller') return controllerConnection(cluster, env);
    if (node === undefined) throw new AntctlError('usage', 'which agent? Add --node NODE');
    return agentConnection(cluster, node);
  }
}
