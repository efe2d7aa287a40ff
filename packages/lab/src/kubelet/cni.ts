import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError } from '@antrea-ts/runtime';
import type { Pod } from 'kubernetes-types/core/v1.js';
import { antreaAlone, type NetworkConfigList, type PluginConfig } from '../plan/network-config.js';
import type { Namespace } from '../process/namespace.js';

/** The CNI error "try again later". */
export const tryAgainLater = 11;

/** How a Node calls its network plugin. */
export interface CniPlugin {
  readonly file: string;
  /** Where plugins find plugins, and the kubelet those of others. */
  readonly path: string;
  /** What is called for each Pod. Absent: Antrea alone. */
  readonly network?: NetworkConfigList;
}

export class CniCallError extends Error {
  override readonly name = 'CniCallError';
  /** As CNI numbers them; 0 when the plugin did not say. */
  readonly code: number;

  constructor(message: string, code: number, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export interface CniTarget {
  readonly pod: Pod;
  readonly containerId: string;
  readonly netns: string;
}

interface CniModules {
  readonly node: Namespace;
  readonly plugin: CniPlugin;
  readonly signal: AbortSignal;
}

/**
 * Calls the Node's plugins in its namespaces, as a container runtime does: for ADD in their order, each with the result
 * of the one before, for DEL the other way round. Returns the Pod's addresses after ADD.
 */
export async function callCni(command: 'ADD' | 'DEL', target: CniTarget, modules: CniModules): Promise<string[]> {
  const { cniVersion, name, plugins } = modules.plugin.network ?? antreaAlone;
  let result = '';
  for (const plugin of command === 'DEL' ? plugins.toReversed() : plugins) {
    const config = {
      ...plugin,
      cniVersion,
      name,
      ...(result === '' ? {} : { prevResult: JSON.parse(result) as unknown }),
    };
    const answer = await callPlugin(command, { target, config }, modules);
    if (command === 'ADD') result = answer;
  }
  if (command === 'DEL') return [];
  const addresses = addressesOf(result);
  if (addresses.length === 0) throw new CniCallError('CNI ADD: the plugins gave no address', 0);
  return addresses;
}

async function callPlugin(
  command: 'ADD' | 'DEL',
  { target, config }: { readonly target: CniTarget; readonly config: PluginConfig },
  { node, plugin, signal }: CniModules,
): Promise<string> {
  const { metadata } = target.pod;
  const args = {
    IgnoreUnknown: '1',
    K8S_POD_NAMESPACE: metadata?.namespace,
    K8S_POD_NAME: metadata?.name,
    K8S_POD_INFRA_CONTAINER_ID: target.containerId,
    K8S_POD_UID: metadata?.uid,
  };
  try {
    const { stdout } = await node.run(pluginFile(config.type, plugin), [], {
      input: JSON.stringify(config),
      signal,
      env: {
        CNI_COMMAND: command,
        CNI_CONTAINERID: target.containerId,
        CNI_NETNS: target.netns,
        CNI_IFNAME: 'eth0',
        CNI_PATH: plugin.path,
        CNI_ARGS: Object.entries(args)
          .map(([key, value]) => `${key}=${value}`)
          .join(';'),
      },
    });
    return stdout;
  } catch (error) {
    throw error instanceof CommandError ? cniError(`${config.type} ${command}`, error) : error;
  }
}

function pluginFile(type: string, { file, path }: CniPlugin): string {
  if (type === 'antrea') return file;
  const candidates = path.split(':').map((directory) => join(directory, type));
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found !== undefined) return found;
  throw new CniCallError(`CNI plugin ${type} is in none of ${path}; install containernetworking-plugins`, 0);
}

/** The addresses in a CNI result of version 0.3.0 or newer, without prefix lengths. */
export function addressesOf(result: string): string[] {
  const parsed = JSON.parse(result) as { readonly ips?: readonly { readonly address?: string }[] };
  return (parsed.ips ?? []).map(({ address }) => (address ?? '').split('/')[0]!).filter((address) => address !== '');
}

function cniError(command: string, error: CommandError): CniCallError {
  try {
    const { code, msg, details } = JSON.parse(error.stdout) as { code?: number; msg?: string; details?: string };
    return new CniCallError(`CNI ${command}: ${msg ?? 'failed'}${details ? `: ${details}` : ''}`, code ?? 0, {
      cause: error,
    });
  } catch {
    return new CniCallError(`CNI ${command}: ${error.message}`, 0, { cause: error });
  }
}
