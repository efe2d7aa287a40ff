import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KubeError } from '../errors.js';
import type { KubeConnection } from './connection.js';
import { serverUrl } from './server-url.js';
import { tokenFile } from './token-file.js';

const serviceAccountDirectory = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The connection of a Pod to its own cluster: the service account's token and CA. Throws `bad-config` outside of one. */
export async function inClusterConnection(
  env: Readonly<Record<string, string | undefined>>,
  options: { readonly directory?: string } = {},
): Promise<KubeConnection> {
  const directory = options.directory ?? serviceAccountDirectory;
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  if (!host || !port) {
    throw new KubeError(
      'bad-config',
      'connect to the cluster: not in a Pod (KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set); name a kubeconfig file',
    );
  }
  try {
    const ca = await readFile(join(directory, 'ca.crt'), 'utf8');
    const namespace = await readFile(join(directory, 'namespace'), 'utf8').catch(() => 'default');
    const credentials = tokenFile(join(directory, 'token'));
    return {
      server: serverUrl(`https://${host.includes(':') ? `[${host}]` : host}:${port}`),
      tls: { ca },
      credentials,
      namespace: namespace.trim(),
    };
  } catch (error) {
    throw new KubeError('bad-config', `connect to the cluster: ${(error as Error).message}`, {}, { cause: error });
  }
}
