import type { IpFamily } from '@antrea-ts/net-types';
import type { FlowMod } from '@antrea-ts/openflow';
import { appctl, type AppctlTarget, type OpenFlowConnection } from '@antrea-ts/ovs';
import { conntrackZones, learnedEndpoint, learnedFlows } from '@antrea-ts/pipeline';
import type { Stale } from './stale.js';
import { parseUdpConnection, tupleText } from './tracked-connection.js';

interface Modules {
  readonly connection: Pick<OpenFlowConnection, 'dumpFlows' | 'applyBundle'>;
  readonly switch: AppctlTarget;
  readonly cookieRound: () => number;
}

/** How much the switch was made to forget. */
export interface Forgotten {
  readonly connections: number;
  readonly learned: number;
}

/**
 * Makes the switch forget Endpoints that are gone. A UDP client would go on sending to them as long as it sends, and a
 * client that the switch learned to belong to one would be sent there again if another Service still has it.
 */
export async function forgetStale(
  stale: Stale,
  modules: Modules,
  { signal }: { readonly signal: AbortSignal },
): Promise<Forgotten> {
  let learned = 0;
  for (const group of stale.groups) learned += await forgetLearned(group, stale, modules, signal);
  let connections = 0;
  for (const family of stale.families) connections += await flushConnections(family, stale, modules, signal);
  return { connections, learned };
}

async function forgetLearned(
  group: number,
  stale: Stale,
  { connection, cookieRound }: Modules,
  signal: AbortSignal,
): Promise<number> {
  const flows = await connection.dumpFlows(learnedFlows(cookieRound(), group), { signal });
  const deletions = flows
    .filter((flow) => {
      const endpoint = learnedEndpoint(flow);
      return endpoint !== undefined && stale.isStaleChoice(group, endpoint);
    })
    .map(({ table, priority, cookie, match }): FlowMod => ({
      type: 'flow_mod',
      command: 'delete_strict',
      table,
      priority,
      cookie,
      match,
      instructions: [],
    }));
  if (deletions.length > 0) await connection.applyBundle(deletions, { signal, operation: 'forget learned Endpoints' });
  return deletions.length;
}

async function flushConnections(
  family: IpFamily,
  stale: Stale,
  { switch: target }: Modules,
  signal: AbortSignal,
): Promise<number> {
  // The datapath is not named: there is one, and Open vSwitch 3.1 takes its name for a part of the connection.
  const zone = `zone=${conntrackZones[family]}`;
  const dump = await appctl(target, 'dpctl/dump-conntrack', [zone], { signal });
  let flushed = 0;
  for (const line of dump.split('\n')) {
    const found = parseUdpConnection(line);
    if (!found || !stale.isStaleConnection(found)) continue;
    await appctl(target, 'dpctl/flush-conntrack', [zone, tupleText(found)], { signal });
    flushed += 1;
  }
  return flushed;
}
