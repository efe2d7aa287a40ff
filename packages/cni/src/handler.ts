import { formatInterfaceAddress, parseCidr, parseInterfaceAddress, parseIp, type Cidr } from '@antrea-ts/net-types';
import type { PodRoute } from '@antrea-ts/host';
import { errorMessage, type Logger } from '@antrea-ts/runtime';
import type { CniCall } from './call.js';
import { createChainedHandler } from './chained-handler.js';
import { CniError, cniErrorCodes } from './errors.js';
import type { Ipam } from './ipam.js';
import {
  containerOf,
  explained,
  failOn,
  logFields,
  prevResultProblems,
  requiredPrevResult,
  untilReady,
} from './handling.js';
import { KeyedMutex } from './keyed-mutex.js';
import { parseNetworkConfig, type NetworkConfig, type PreviousResult } from './network-config.js';
import type { AttachRequest, CniContainer, PodNetwork } from './pod-network.js';
import { renderResult, withGateways, type PodAddress, type PodResult } from './result.js';
import { hasCheck } from './version.js';

/** Undoing has a time of its own: the call that failed may have used up its own. */
const rollbackTimeoutMs = 20_000;

export interface CniHandler {
  /** Answers one call with what the plugin shall print. Rejects with `CniError`, or with what went wrong inside. */
  handle(call: CniCall, options: { signal: AbortSignal }): Promise<object>;
}

/**
 * The plugin's logic: IPAM by delegation, the Pod's connection by `network`; behind another plugin, only the connection.
 * Calls of one container are serialised.
 */
export function createCniHandler(modules: {
  readonly network: PodNetwork;
  readonly ipam: Ipam;
  readonly logger: Logger;
}): CniHandler {
  const { network, ipam, logger } = modules;
  const perContainer = new KeyedMutex();
  const chained = network.chained ? createChainedHandler(network, network.chained, logger) : undefined;

  async function add(call: CniCall, config: NetworkConfig, signal: AbortSignal): Promise<object> {
    await untilReady(network, signal);
    const container = containerOf(call);
    const existing = await existingOrExplain(container, signal);
    if (existing) {
      return answer(call, config, { interface: existing, addresses: withGateways(existing), routes: existing.routes });
    }
    const ranges = network.podCidrs();
    try {
      const addresses = await allocateAndPrepare(call, container, config, signal);
      const request = attachRequest(container, addresses, config);
      const pod = await attachOrExplain(request, signal);
      logger.info('Attached Pod', logFields(container, { ips: addresses.map(formatInterfaceAddress) }));
      return answer(call, config, { interface: pod, addresses, routes: request.routes });
    } catch (error) {
      await rollBack(call, container, ranges);
      throw error;
    }
  }

  /** IPAM is another process, and making a port is another one's work: they need not wait for each other. */
  async function allocateAndPrepare(
    call: CniCall,
    container: CniContainer,
    config: NetworkConfig,
    signal: AbortSignal,
  ): Promise<readonly PodAddress[]> {
    const mtu = config.mtu === undefined ? {} : { mtu: config.mtu };
    const [allocated, prepared] = await Promise.allSettled([
      ipam.allocate(call, network.podCidrs(), { signal }),
      network.prepare({ container, ...mtu }, { signal }),
    ]);
    // Both have ended before anything is taken back.
    if (allocated.status === 'rejected') throw allocated.reason;
    if (prepared.status === 'rejected') throw explained(container, network, prepared.reason);
    return allocated.value;
  }

  async function attachOrExplain(request: AttachRequest, signal: AbortSignal) {
    try {
      return await network.attach(request, { signal });
    } catch (cause) {
      throw explained(request.container, network, cause);
    }
  }

  async function existingOrExplain(container: CniContainer, signal: AbortSignal) {
    try {
      return await network.repeated?.existing(container, { signal });
    } catch (cause) {
      throw explained(container, network, cause);
    }
  }

  async function rollBack(call: CniCall, container: CniContainer, ranges: readonly Cidr[]): Promise<void> {
    const signal = AbortSignal.timeout(rollbackTimeoutMs);
    try {
      await network.detach(container, { signal });
      await ipam.release(call, ranges, { signal });
    } catch (error) {
      // The runtime calls DEL for a failed ADD, which tries again.
      logger.warn('Could not undo a failed ADD', logFields(container, { error: errorMessage(error) }));
    }
  }

  async function del(call: CniCall, signal: AbortSignal): Promise<object> {
    const container = containerOf(call);
    // The network goes with the container that it was made for.
    if (infraOf(call) !== call.containerId) return {};
    // The connection goes before the address: nobody may get an address that still has flows.
    await network.detach(container, { signal });
    if (!chained) await ipam.release(call, network.podCidrs(), { signal });
    logger.info('Detached Pod', logFields(container, {}));
    return {};
  }

  async function check(call: CniCall, config: NetworkConfig, signal: AbortSignal): Promise<object> {
    if (!hasCheck(config.version)) return {};
    const prevResult = requiredPrevResult(call, config);
    const container = { ...containerOf(call), containerId: infraOf(call) };
    await ipam.check({ ...call, containerId: infraOf(call) }, network.podCidrs(), { signal });
    const problems = [
      ...prevResultProblems(call, prevResult),
      ...(await network.check(attachRequest(container, addressesOf(prevResult), config), { signal })),
    ];
    failOn(problems, container);
    return {};
  }

  const infraOf = (call: CniCall): string => network.repeated?.infraOf(call) ?? call.containerId;

  function status(): object {
    const problem = network.problem();
    if (problem !== undefined)
      throw new CniError(cniErrorCodes.notAvailable, `The Node's network is not ready: ${problem}`);
    return {};
  }

  /** Removes what the runtime does not know any more, as if it had called DEL. */
  async function collect(call: CniCall, config: NetworkConfig, signal: AbortSignal): Promise<object> {
    const { validAttachments } = config;
    if (validAttachments === undefined) {
      throw new CniError(
        cniErrorCodes.invalidNetworkConfig,
        'GC: cni.dev/valid-attachments is missing from the network configuration',
      );
    }
    const isValid = ({ containerId, ifName }: CniContainer): boolean =>
      validAttachments.some((valid) => valid.containerId === containerId && valid.ifName === ifName);
    for (const container of network.attached().filter((attached) => !isValid(attached))) {
      const { containerId, netns, ifName } = container;
      await perContainer.run(containerId, async () => {
        await network.detach(container, { signal });
        if (!chained) await ipam.release({ ...call, containerId, netns, ifName }, network.podCidrs(), { signal });
      });
      logger.info('Removed a container that the runtime does not know', logFields(container, {}));
    }
    return {};
  }

  return {
    async handle(call, { signal }) {
      const config = parseNetworkConfig(call.config);
      if (call.command === 'STATUS') return status();
      if (call.command === 'GC') return collect(call, config, signal);
      const { command } = call;
      return perContainer.run(infraOf(call), () => {
        switch (command) {
          case 'ADD':
            return chained ? chained.add(call, config, signal) : add(call, config, signal);
          case 'DEL':
            return del(call, signal);
          case 'CHECK':
            return chained ? chained.check(call, config, signal) : check(call, config, signal);
        }
      });
    },
  };
}

/** What an ADD says of an interface, made now or before. */
function answer({ netns }: CniCall, { version, dns }: NetworkConfig, pod: Omit<PodResult, 'netns' | 'dns'>): object {
  return renderResult(version, { ...pod, netns, dns });
}

function attachRequest(
  container: CniContainer,
  addresses: readonly PodAddress[],
  config: NetworkConfig,
): AttachRequest {
  return {
    container,
    addresses,
    routes: addresses.map(defaultRoute),
    ...(config.mtu === undefined ? {} : { mtu: config.mtu }),
    ...(config.dns ? { dns: config.dns } : {}),
  };
}

const everywhere = { ipv4: parseCidr('0.0.0.0/0'), ipv6: parseCidr('::/0') } as const;

function defaultRoute({ address, gateway }: PodAddress): PodRoute {
  return { destination: everywhere[address.family], gateway };
}

function addressesOf({ ips = [] }: PreviousResult): PodAddress[] {
  return ips.map(({ address, gateway }) => {
    try {
      const parsed = parseInterfaceAddress(address);
      if (gateway === undefined) throw new Error('gateway is missing');
      return { ...parsed, gateway: parseIp(gateway) };
    } catch (cause) {
      throw new CniError(cniErrorCodes.invalidNetworkConfig, `prevResult.ips: ${address}: ${errorMessage(cause)}`, {
        cause,
      });
    }
  });
}
