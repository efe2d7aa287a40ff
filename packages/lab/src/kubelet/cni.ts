import { CommandError } from '@antrea-ts/runtime';
import type { Pod } from 'kubernetes-types/core/v1.js';
import type { Namespace } from '../process/namespace.js';

/** The CNI error "try again later". */
export const tryAgainLater = 11;

/** How a Node calls its network plugin. */
export interface CniPlugin {
  readonly file: string;
  /** Where plugins find plugins. */
  readonly path: string;
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

/** What Antrea's installer puts into `/etc/cni/net.d`, as far as a runtime hands it to the plugin. */
export const networkConfig = { cniVersion: '0.4.0', name: 'antrea', type: 'antrea', ipam: { type: 'host-local' } };

export interface CniTarget {
  readonly pod: Pod;
  readonly containerId: string;
  readonly netns: string;
}

/** Calls the plugin in the Node's namespaces, as a container runtime does. Returns the Pod's addresses after ADD. */
export async function callCni(
  command: 'ADD' | 'DEL',
  target: CniTarget,
  modules: { readonly node: Namespace; readonly plugin: CniPlugin; readonly signal: AbortSignal },
): Promise<string[]> {
  const { metadata } = target.pod;
  const args = {
    IgnoreUnknown: '1',
    K8S_POD_NAMESPACE: metadata?.namespace,
    K8S_POD_NAME: metadata?.name,
    K8S_POD_INFRA_CONTAINER_ID: target.containerId,
    K8S_POD_UID: metadata?.uid,
  };
  try {
    const { stdout } = await modules.node.run(modules.plugin.file, [], {
      input: JSON.stringify(networkConfig),
      signal: modules.signal,
      env: {
        CNI_COMMAND: command,
        CNI_CONTAINERID: target.containerId,
        CNI_NETNS: target.netns,
        CNI_IFNAME: 'eth0',
        CNI_PATH: modules.plugin.path,
        CNI_ARGS: Object.entries(args)
          .map(([key, value]) => `${key}=${value}`)
          .join(';'),
      },
    });
    if (command === 'DEL') return [];
    const addresses = addressesOf(stdout);
    if (addresses.length === 0) throw new CniCallError('CNI ADD: the plugin gave no address', 0);
    return addresses;
  } catch (error) {
    throw error instanceof CommandError ? cniError(command, error) : error;
  }
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
