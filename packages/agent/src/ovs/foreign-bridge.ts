import { defaultTunnelName, externalIdKeys } from '@antrea-ts/apis';
import { appctl, isOvsError, openBridge, type OvsdbClient, type OvsPort } from '@antrea-ts/ovs';
import type { AgentOptions } from '../config/options.js';
import { AgentError } from '../errors.js';

type Options = Pick<AgentOptions, 'ovsBridge' | 'ovsRunDir' | 'hostGateway'>;

/**
 * Refuses a bridge that somebody else uses: the agent would remove its flows. Every bridge of an agent, ours or 1.3's,
 * has a round number, or at least ports of an agent where one was stopped half-way. A bridge without anything may be
 * one that the administrator made for us.
 */
export async function refuseForeignBridge(
  options: Options,
  database: OvsdbClient,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  const { ovsBridge: name } = options;
  const row = database.replica.find('Bridge', 'name', name);
  if (row === undefined || row.external_ids.has(externalIdKeys.roundNumber)) return;
  const ports = openBridge(database, name)
    .ports()
    .filter((port) => port.name !== name);
  if (ports.some((port) => isAgents(port, options))) return;
  const found =
    contents('external_ids', [...row.external_ids.keys()]) ??
    contents(
      'ports',
      ports.map((port) => port.name),
    ) ??
    contents('flows', await flowsOf(options, signal));
  if (found === undefined) return;
  throw new AgentError(
    'ovs',
    `bridge ${name}: it exists, is not ours and is in use: ${found}; give another name as ovsBridge, delete it ` +
      `("ovs-vsctl del-br ${name}"), or hand it over ("ovs-vsctl br-set-external-id ${name} ${externalIdKeys.roundNumber} 1")`,
  );
}

function isAgents({ name, type, externalIds }: OvsPort, { hostGateway }: Options): boolean {
  return (
    externalIds.has(externalIdKeys.containerId) ||
    (name === hostGateway && type === 'internal') ||
    name === defaultTunnelName
  );
}

const shownAtMost = 5;

function contents(what: string, items: readonly string[]): string | undefined {
  if (items.length === 0) return undefined;
  const more = items.length > shownAtMost ? `, and ${items.length - shownAtMost} more` : '';
  return `it has ${what} ${items.slice(0, shownAtMost).join(', ')}${more}`;
}

/** What a new bridge has by itself: one flow that makes it a learning switch, and hidden ones of table 254. */
const ownFlow = /table_id=254|priority=0,actions=NORMAL$/;

async function flowsOf({ ovsBridge, ovsRunDir }: Options, signal: AbortSignal): Promise<string[]> {
  const dump = await appctl({ runDir: ovsRunDir }, 'bridge/dump-flows', [ovsBridge], { signal }).catch(
    (error: unknown) => {
      // One that ovs-vswitchd could not make, or has not made yet.
      if (isOvsError(error, 'appctl')) return '';
      throw error;
    },
  );
  return dump
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !ownFlow.test(line))
    .map((line) => line.replace(/^.*n_bytes=\d+, /, ''));
}
