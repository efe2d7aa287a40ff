import { runCommand, type CommandRunner } from '@antrea-ts/runtime';
import { KubeError } from '../errors.js';
import type { Credentials, CredentialSource } from './connection.js';

/** The `exec` section of a user in a kubeconfig. */
export interface ExecPlugin {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

interface ExecCredential {
  readonly kind?: string;
  readonly status?: {
    readonly token?: string;
    readonly clientCertificateData?: string;
    readonly clientKeyData?: string;
    readonly expirationTimestamp?: string;
  };
}

/** Renewed this long before they end, so that no request carries credentials that end on the way. */
const renewEarly = 30_000;

/** Credentials that a program prints as an `ExecCredential`; kept until they end or the server refuses them. */
export function execCredentials(
  plugin: ExecPlugin,
  options: { readonly now?: () => number; readonly run?: CommandRunner } = {},
): CredentialSource {
  const { now = Date.now, run = runCommand } = options;
  let cached: { readonly credentials: Credentials; readonly until: number } | undefined;
  return {
    get: async ({ signal, renew = false }) => {
      if (cached === undefined || renew || now() >= cached.until) cached = await ask(plugin, run, signal);
      return cached.credentials;
    },
  };
}

async function ask(
  plugin: ExecPlugin,
  run: CommandRunner,
  signal: AbortSignal | undefined,
): Promise<{ credentials: Credentials; until: number }> {
  const info = { apiVersion: plugin.apiVersion, kind: 'ExecCredential', spec: { interactive: false } };
  const env = { ...plugin.env, KUBERNETES_EXEC_INFO: JSON.stringify(info) };
  let status: ExecCredential['status'];
  try {
    const { stdout } = await run(plugin.command, plugin.args, { signal, env });
    status = (JSON.parse(stdout) as ExecCredential).status;
  } catch (error) {
    signal?.throwIfAborted();
    throw new KubeError(
      'bad-config',
      `get credentials from ${plugin.command}: ${(error as Error).message}`,
      {},
      { cause: error },
    );
  }
  if (status?.token === undefined && status?.clientCertificateData === undefined) {
    throw new KubeError(
      'bad-config',
      `get credentials from ${plugin.command}: it printed neither token nor certificate`,
    );
  }
  const until = Date.parse(status.expirationTimestamp ?? '') - renewEarly;
  return {
    credentials: { token: status.token, certificate: status.clientCertificateData, key: status.clientKeyData },
    until: Number.isNaN(until) ? Number.POSITIVE_INFINITY : until,
  };
}
