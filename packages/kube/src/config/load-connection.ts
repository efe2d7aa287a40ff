import type { KubeConnection } from './connection.js';
import { inClusterConnection } from './in-cluster.js';
import { loadKubeconfig } from './kubeconfig.js';
import { serverUrl } from './server-url.js';

/** Where to learn how to reach the cluster. */
export interface LoadConnectionOptions {
  /** A kubeconfig file; unset or empty: we are in a Pod of the cluster. */
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Host, `host:port` or URL that replaces the server's address, as `kubeAPIServerOverride`. */
  readonly serverOverride?: string | undefined;
}

/** The connection a daemon uses: a kubeconfig if one is named, else the Pod's own cluster. Throws `bad-config`. */
export async function loadConnection(options: LoadConnectionOptions): Promise<KubeConnection> {
  const { kubeconfig, context, env, serverOverride } = options;
  const connection = kubeconfig ? await loadKubeconfig(kubeconfig, { context }) : await inClusterConnection(env);
  return serverOverride ? { ...connection, server: serverUrl(serverOverride) } : connection;
}
