import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { loadConnection, type KubeConnection } from '@antrea-ts/kube';
import { AntctlError } from '../errors.js';

export interface ClusterConnectionOptions {
  /** `--kubeconfig`. */
  readonly kubeconfig?: string | undefined;
  /** `--server`: host, `host:port` or URL that replaces that of the kubeconfig. */
  readonly server?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The Kubernetes API: `--kubeconfig`, else `KUBECONFIG`, else `~/.kube/config` if there is one, else that of our Pod. */
export async function clusterConnection(options: ClusterConnectionOptions): Promise<KubeConnection> {
  const { env, server } = options;
  const kubeconfig = options.kubeconfig ?? fromEnvironment(env['KUBECONFIG']) ?? ifThere(homeConfig(env));
  if (kubeconfig === undefined && !env['KUBERNETES_SERVICE_HOST']) {
    throw new AntctlError(
      'no-connection',
      `no cluster is known: give --kubeconfig FILE or set KUBECONFIG (there is no ${homeConfig(env)}); on a Node, ask its agent with --mode agent`,
    );
  }
  try {
    return await loadConnection({ kubeconfig, env, serverOverride: server });
  } catch (cause) {
    throw new AntctlError('no-connection', (cause as Error).message, { cause });
  }
}

/** Of several files the first that is there; if none is, the first, which is then named as missing. */
function fromEnvironment(variable: string | undefined): string | undefined {
  const files = (variable ?? '').split(delimiter).filter((file) => file !== '');
  return files.find((file) => existsSync(file)) ?? files[0];
}

function homeConfig(env: Readonly<Record<string, string | undefined>>): string {
  return join(env['HOME'] ?? homedir(), '.kube', 'config');
}

function ifThere(file: string): string | undefined {
  return existsSync(file) ? file : undefined;
}
