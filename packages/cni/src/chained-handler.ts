import { formatIp, parseInterfaceAddress, type IpAddress } from '@antrea-ts/net-types';
import { errorMessage, type Logger } from '@antrea-ts/runtime';
import type { CniCall } from './call.js';
import { CniError, cniErrorCodes } from './errors.js';
import {
  containerOf,
  explained,
  failOn,
  logFields,
  prevResultProblems,
  requiredPrevResult,
  untilReady,
} from './handling.js';
import type { NetworkConfig, PreviousResult } from './network-config.js';
import type { ChainedPods, PodNetwork } from './pod-network.js';
import { hasCheck } from './version.js';

const rollbackTimeoutMs = 20_000;
const hint = '; where another plugin connects Pods, antrea has to come after it in the list of plugins';

/** ADD and CHECK behind another plugin, which made the interface and knows the addresses. */
export function createChainedHandler(network: PodNetwork, pods: ChainedPods, logger: Logger) {
  return {
    async add(call: CniCall, config: NetworkConfig, signal: AbortSignal): Promise<object> {
      const addresses = addressesFor(call, requiredPrevResult(call, config, hint));
      await untilReady(network, signal);
      const container = containerOf(call);
      try {
        await pods.adopt({ container, addresses }, { signal });
      } catch (cause) {
        await network.detach(container, { signal: AbortSignal.timeout(rollbackTimeoutMs) }).catch((error: unknown) => {
          // The runtime calls DEL for a failed ADD, which tries again.
          logger.warn('Could not undo a failed ADD', logFields(container, { error: errorMessage(error) }));
        });
        throw explained(container, network, cause);
      }
      logger.info('Connected the Pod of another plugin', logFields(container, { ips: addresses.map(formatIp) }));
      // What the other plugin said stands, word for word.
      return config.rawPrevResult ?? {};
    },

    async check(call: CniCall, config: NetworkConfig, signal: AbortSignal): Promise<object> {
      if (!hasCheck(config.version)) return {};
      const prevResult = requiredPrevResult(call, config, hint);
      const container = containerOf(call);
      const addresses = addressesFor(call, prevResult);
      failOn(
        [...prevResultProblems(call, prevResult), ...(await pods.check({ container, addresses }, { signal }))],
        container,
      );
      return {};
    },
  };
}

/** The addresses that the result gives to the interface of this call: those that name no interface are for it too. */
function addressesFor(call: CniCall, { ips = [], interfaces = [] }: PreviousResult): readonly IpAddress[] {
  const own = interfaces.findIndex(({ name, sandbox }) => name === call.ifName && sandbox === call.netns);
  const addresses = ips
    .filter((ip) => own < 0 || ip.interface === undefined || ip.interface === own)
    .map(({ address }) => {
      try {
        return parseInterfaceAddress(address).address;
      } catch (cause) {
        throw new CniError(cniErrorCodes.invalidNetworkConfig, `prevResult.ips: ${address}: ${errorMessage(cause)}`, {
          cause,
        });
      }
    });
  if (addresses.length > 0) return addresses;
  throw new CniError(
    cniErrorCodes.invalidNetworkConfig,
    `${call.command} of container ${call.containerId}: prevResult.ips has no address for ${call.ifName} in ${call.netns}`,
  );
}
