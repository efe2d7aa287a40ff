import type { BridgedAdapter, UplinkDriver } from '@antrea-ts/host';
import { openBridge, type OvsdbClient } from '@antrea-ts/ovs';
import { AgentError } from '../errors.js';
import type { NodeNetwork } from '../node/node-network.js';

/** How long giving the host its network back may take, in milliseconds. */
const undoDeadlineMs = 120_000;

interface Context {
  readonly bridgeName: string;
  readonly database: OvsdbClient;
  readonly node: Pick<NodeNetwork, 'name' | 'transportAddresses' | 'podCidrs'>;
  readonly signal: AbortSignal;
}

/**
 * Makes the bridge between the two halves of moving the Node's adapter onto it, where the platform needs that. When it
 * was moved now and something fails, bridge and network go again: a host without a network could not even ask for help.
 * An adapter that was on the bridge before stays, as its Pods do.
 */
export async function withUplink<T>(
  driver: UplinkDriver | undefined,
  context: Context,
  makeBridge: (adapter: BridgedAdapter | undefined) => Promise<T>,
): Promise<T> {
  if (!driver) return makeBridge(undefined);
  const { bridgeName, signal } = context;
  const adapter = await driver.prepare(ipv4Of(context.node), { signal });
  try {
    const made = await makeBridge(adapter);
    await driver.complete(bridgeName, { signal });
    return made;
  } catch (error) {
    if (adapter.created) await takeBack(driver, context);
    throw error;
  }
}

async function takeBack(driver: UplinkDriver, { bridgeName, database }: Context): Promise<void> {
  const signal = AbortSignal.timeout(undoDeadlineMs);
  // Whether or not Open vSwitch answers, the host gets its adapter back.
  await openBridge(database, bridgeName)
    .delete({ signal: AbortSignal.timeout(10_000) })
    .catch(() => undefined);
  await driver.undo({ signal });
}

function ipv4Of({ name, transportAddresses, podCidrs }: Context['node']) {
  const transportAddress = transportAddresses.find(({ address }) => address.family === 'ipv4');
  const podCidr = podCidrs.find(({ address }) => address.family === 'ipv4');
  if (!transportAddress || !podCidr) {
    throw new AgentError('node', `Node ${name}: it needs an IPv4 address and an IPv4 Pod CIDR; Windows has no others`);
  }
  return { transportAddress, podCidr };
}
