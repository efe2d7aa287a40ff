import type { Host } from '@antrea-ts/host';
import { isOvsError } from '@antrea-ts/ovs';
import type { AgentOptions } from '../config/options.js';
import { AgentError } from '../errors.js';

/**
 * Runs `setUp`; where the gateway's port cannot be made because an interface of the machine has its name, says so. Open
 * vSwitch only says that it could not open it.
 */
export async function explainTakenName<T>(
  { hostGateway, ovsBridge }: Pick<AgentOptions, 'hostGateway' | 'ovsBridge'>,
  { host, signal }: { readonly host: Pick<Host, 'listInterfaces'>; readonly signal: AbortSignal },
  setUp: () => Promise<T>,
): Promise<T> {
  try {
    return await setUp();
  } catch (error) {
    if (!isOvsError(error, 'port failed') || !error.message.includes(`port ${hostGateway} `)) throw error;
    const taken = (await host.listInterfaces({ signal })).some(({ name }) => name === hostGateway);
    if (!taken) throw error;
    throw new AgentError(
      'config',
      `hostGateway ${hostGateway}: an interface of this machine has this name and is no port of bridge ${ovsBridge}; ` +
        `it is not ours: remove it ("ip link delete ${hostGateway}"), or give another name as hostGateway`,
      { cause: error },
    );
  }
}
