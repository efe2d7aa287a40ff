import type { FlowVerdict } from '@antrea-ts/apis';
import { formatIp } from '@antrea-ts/net-types';
import type { Packet } from '@antrea-ts/policy/verdict';
import type { Api } from '../connection/api.js';
import { AntctlError } from '../errors.js';
import type { End } from './ends.js';

/** What the flows of the Nodes on a packet's way make of it. */
export interface InstalledVerdict {
  /** Absent where an agent could not be asked. */
  readonly action?: FlowVerdict['action'];
  readonly nodes: readonly FlowVerdict[];
  /** Nodes whose agents could not be asked, and why. */
  readonly unknown: readonly { readonly node: string; readonly reason: string }[];
}

/** Asks the agents where the packet begins and ends, the second only where it gets so far. */
export async function askAgents(packet: Packet, from: End, to: End, api: Api): Promise<InstalledVerdict> {
  const sender = from.isOnHost ? undefined : from.node;
  const receiver = to.isOnHost ? undefined : to.node;
  const way = [...new Set([sender, receiver])].filter((node) => node !== undefined);
  const nodes: FlowVerdict[] = [];
  const unknown: { node: string; reason: string }[] = [];
  for (const node of way) {
    const origin = originAt(node, from);
    try {
      const parameters = parametersOf(packet, origin);
      const verdict = (await api.get({ from: 'agent', node, path: '/policyverdict', parameters })) as FlowVerdict;
      nodes.push(verdict);
      if (verdict.action !== 'Allow') return { action: verdict.action, nodes, unknown };
    } catch (error) {
      if (!(error instanceof AntctlError)) throw error;
      unknown.push({ node, reason: error.message });
    }
  }
  return { ...(unknown.length === 0 ? { action: 'Allow' as const } : {}), nodes, unknown };
}

/** How a packet that no Pod of a Node sends comes to it. */
function originAt(node: string, { node: sender, isOnHost, enters = node }: End): 'outside' | 'node' | 'peer' {
  if (sender === undefined) return enters === node ? 'outside' : 'peer';
  return isOnHost && node === sender ? 'node' : 'peer';
}

function parametersOf({ source, destination, protocol, port }: Packet, origin: string): Record<string, string> {
  return {
    source: formatIp(source),
    destination: formatIp(destination),
    protocol: protocol.toLowerCase(),
    ...(port === undefined ? {} : { port: String(port) }),
    origin,
  };
}
