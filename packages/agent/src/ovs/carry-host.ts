import { ofPorts, tableIds } from '@antrea-ts/apis';
import { connectOpenFlow, connectOvsdb, dataplaneOf, flowDriver, openBridge, ovsEndpoint } from '@antrea-ts/ovs';
import { hostFlows } from '@antrea-ts/pipeline';
import { openedUnder, type Logger } from '@antrea-ts/runtime';
import type { AgentOptions } from '../config/options.js';
import { roundOf } from './bridge-setup.js';

type Options = Pick<AgentOptions, 'ovsRunDir' | 'ovsBridge'>;

interface Context {
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Any will do: the flows name no controller. */
const controllerId = 1;

/**
 * Where the Node's adapter is a port of the bridge, the host reaches nobody without flows, and the agent needs the API
 * before it can state all of them: these two come first. Those that are there are left as they are.
 */
export async function carryHost(
  { ovsRunDir, ovsBridge }: Options,
  { uplinkOfPort, round }: { readonly uplinkOfPort: number; readonly round: number },
  { logger, signal }: Context,
): Promise<void> {
  const connection = await openedUnder(signal, (attempt) =>
    connectOpenFlow({ path: ovsEndpoint(ovsRunDir, `${ovsBridge}.mgmt`), logger, controllerId, signal: attempt }),
  );
  try {
    const driver = flowDriver(connection);
    const { flows: observed } = dataplaneOf({
      flows: await connection.dumpFlows({ table: tableIds.Classification }, { signal }),
    });
    const desired = dataplaneOf({ flows: hostFlows({ uplinkOfPort, cookieRound: round }) }).flows;
    const create = new Map([...desired].filter(([key]) => !observed.has(key)));
    if (create.size === 0) return;
    const outcomes = await driver.apply({ create, update: new Map(), remove: new Map() }, { signal });
    for (const outcome of outcomes) if (!outcome.ok) throw outcome.error;
    logger.info("The switch carries the host's own traffic", { uplink: uplinkOfPort });
  } finally {
    await connection.close();
  }
}

/** After a boot the bridge may be as an agent left it, with the host behind it, and without flows. */
export async function carryHostAsBefore(options: Options, { logger, signal }: Context): Promise<void> {
  const database = await openedUnder(signal, (attempt) =>
    connectOvsdb({ path: ovsEndpoint(options.ovsRunDir, 'db.sock'), logger, signal: attempt }),
  );
  let round: number;
  try {
    const isUplink = ({ type, ofPort }: { readonly type: string; readonly ofPort: number | undefined }): boolean =>
      type === '' && ofPort === ofPorts.uplink;
    if (!database.replica.find('Bridge', 'name', options.ovsBridge)) return;
    if (!openBridge(database, options.ovsBridge).ports().some(isUplink)) return;
    round = roundOf(database, options.ovsBridge);
  } finally {
    await database.close();
  }
  await carryHost(options, { uplinkOfPort: ofPorts.uplink, round }, { logger, signal });
}
