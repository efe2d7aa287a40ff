import { errorMessage } from '@antrea-ts/runtime';
import type { Pod } from 'kubernetes-types/core/v1.js';
import { antreaAlone, type NetworkConfigList, type PluginConfig } from '../plan/network-config.js';
import type { ContainerRuntime } from './container-runtime.js';

/** The CNI error "try again later". */
export const tryAgainLater = 11;

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
  readonly runtime: ContainerRuntime;
  /** What is called for each Pod. Absent: Antrea alone. */
  readonly network?: NetworkConfigList;
  readonly signal: AbortSignal;
}

/**
 * Calls the Node's plugins, as a container runtime does: for ADD in their order, each with the result
 * of the one before, for DEL the other way round. Returns the Pod's addresses after ADD.
 */
export async function callCni(command: 'ADD' | 'DEL', target: CniTarget, modules: CniModules): Promise<string[]> {
  const { cniVersion, name, plugins } = modules.network ?? antreaAlone;
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
  { runtime, signal }: CniModules,
): Promise<string> {
  const { metadata } = target.pod;
  const args = {
    IgnoreUnknown: '1',
    K8S_POD_NAMESPACE: metadata?.namespace,
    K8S_POD_NAME: metadata?.name,
    K8S_POD_INFRA_CONTAINER_ID: target.containerId,
    K8S_POD_UID: metadata?.uid,
  };
  const env = {
    CNI_COMMAND: command,
    CNI_CONTAINERID: target.containerId,
    CNI_NETNS: target.netns,
    CNI_IFNAME: 'eth0',
    CNI_ARGS: Object.entries(args)
      .map(([key, value]) => `${key}=${value}`)
      .join(';'),
  };
  try {
    return await runtime.runPlugin(config.type, { input: JSON.stringify(config), signal, env });
  } catch (error) {
    signal.throwIfAborted();
    throw cniError(`${config.type} ${command}`, error);
  }
}

/** The addresses in a CNI result of version 0.3.0 or newer, without prefix lengths. */
export function addressesOf(result: string): string[] {
  const parsed = JSON.parse(result) as { readonly ips?: readonly { readonly address?: string }[] };
  return (parsed.ips ?? []).map(({ address }) => (address ?? '').split('/')[0]!).filter((address) => address !== '');
}

/** What the plugin says of its failure, where it says something. */
function cniError(command: string, cause: unknown): CniCallError {
  const { stdout = '' } = cause as { readonly stdout?: string };
  try {
    const { code, msg, details } = JSON.parse(stdout) as { code?: number; msg?: string; details?: string };
    return new CniCallError(`CNI ${command}: ${msg ?? 'failed'}${details ? `: ${details}` : ''}`, code ?? 0, { cause });
  } catch {
    return new CniCallError(`CNI ${command}: ${errorMessage(cause)}`, 0, { cause });
  }
}
