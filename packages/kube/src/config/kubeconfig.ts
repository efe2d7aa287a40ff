import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { KubeError } from '../errors.js';
import { fixedCredentials, type Credentials, type CredentialSource, type KubeConnection } from './connection.js';
import { execCredentials } from './exec-plugin.js';
import { serverUrl } from './server-url.js';
import { tokenFile } from './token-file.js';

interface Named {
  readonly name?: string;
}
interface ClusterEntry extends Named {
  readonly cluster?: {
    readonly server?: string;
    readonly 'certificate-authority'?: string;
    readonly 'certificate-authority-data'?: string;
    readonly 'insecure-skip-tls-verify'?: boolean;
    readonly 'tls-server-name'?: string;
  };
}
interface UserEntry extends Named {
  readonly user?: {
    readonly token?: string;
    readonly tokenFile?: string;
    readonly username?: string;
    readonly password?: string;
    readonly 'client-certificate'?: string;
    readonly 'client-certificate-data'?: string;
    readonly 'client-key'?: string;
    readonly 'client-key-data'?: string;
    readonly exec?: {
      readonly apiVersion?: string;
      readonly command?: string;
      readonly args?: readonly string[] | null;
      readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
    };
  };
}
interface ContextEntry extends Named {
  readonly context?: { readonly cluster?: string; readonly user?: string; readonly namespace?: string };
}
interface KubeconfigFile {
  readonly 'current-context'?: string;
  readonly clusters?: readonly ClusterEntry[] | null;
  readonly users?: readonly UserEntry[] | null;
  readonly contexts?: readonly ContextEntry[] | null;
}

/**
 * The connection that a kubeconfig file describes. Paths in it are relative to the file; files it names are read now,
 * except a token file, which is read again as it changes. Throws `bad-config` naming file and entry.
 */
export async function loadKubeconfig(
  file: string,
  options: { readonly context?: string | undefined } = {},
): Promise<KubeConnection> {
  const config = await parseFile(file);
  const contextName = options.context ?? config['current-context'];
  if (contextName === undefined || contextName === '') throw bad(file, 'it has no current-context');
  const context = find(file, 'context', config.contexts, contextName).context ?? {};
  const cluster = find(file, 'cluster', config.clusters, context.cluster).cluster ?? {};
  // A context without user means an anonymous one.
  const user = context.user === undefined ? {} : (find(file, 'user', config.users, context.user).user ?? {});
  if (cluster.server === undefined) throw bad(file, `cluster ${context.cluster} has no server`);
  const pem = pemReader(file);
  return {
    server: serverUrl(cluster.server),
    namespace: context.namespace ?? 'default',
    tls: {
      ca: await pem(cluster['certificate-authority-data'], cluster['certificate-authority']),
      insecure: cluster['insecure-skip-tls-verify'],
      serverName: cluster['tls-server-name'],
    },
    credentials: await credentialsOf(file, user),
  };
}

async function parseFile(file: string): Promise<KubeconfigFile> {
  const { parse } = await import('yaml');
  try {
    const config = parse(await readFile(file, 'utf8')) as unknown;
    if (typeof config === 'object' && config !== null && !Array.isArray(config)) return config;
  } catch (error) {
    throw bad(file, (error as Error).message, error);
  }
  throw bad(file, 'it is not a map');
}

async function credentialsOf(file: string, user: NonNullable<UserEntry['user']>): Promise<CredentialSource> {
  if (user.exec !== undefined) {
    const { command, apiVersion = 'client.authentication.k8s.io/v1', args, env } = user.exec;
    if (command === undefined) throw bad(file, 'an exec section has no command');
    // As kubectl: a command with a slash is relative to the file, another one is looked up in PATH.
    const program = command.includes('/') ? resolve(dirname(file), command) : command;
    const variables = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]));
    return execCredentials({ command: program, apiVersion, args: args ?? [], env: variables });
  }
  const pem = pemReader(file);
  const certificates: Credentials = {
    certificate: await pem(user['client-certificate-data'], user['client-certificate']),
    key: await pem(user['client-key-data'], user['client-key']),
  };
  if (user.tokenFile !== undefined) return tokenFile(resolve(dirname(file), user.tokenFile), certificates);
  const password = user.username === undefined ? undefined : { user: user.username, password: user.password ?? '' };
  return fixedCredentials({ ...certificates, token: user.token, password });
}

/** PEM text from base64 in the file, or from a file beside it. */
function pemReader(file: string): (data?: string, path?: string) => Promise<string | undefined> {
  return async (data, path) => {
    if (data !== undefined && data !== '') return Buffer.from(data, 'base64').toString('utf8');
    if (path === undefined || path === '') return undefined;
    try {
      return await readFile(resolve(dirname(file), path), 'utf8');
    } catch (error) {
      throw bad(file, (error as Error).message, error);
    }
  };
}

function find<E extends Named>(file: string, what: string, entries: readonly E[] | null | undefined, name?: string): E {
  const entry = entries?.find((each) => each.name === name);
  if (entry === undefined) throw bad(file, `it has no ${what} named "${name ?? ''}"`);
  return entry;
}

function bad(file: string, problem: string, cause?: unknown): KubeError {
  return new KubeError('bad-config', `read kubeconfig ${file}: ${problem}`, {}, { cause });
}
