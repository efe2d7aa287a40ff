import type { AdoptRequest, ChainedPods, CniContainer } from '@antrea-ts/cni';
import { peerRouteKey, type ForeignPodInterface, type Host } from '@antrea-ts/host';
import { formatCidr, formatIp, hostCidr, ipEquals, type IpAddress, type IpFamily } from '@antrea-ts/net-types';
import type { OvsBridge } from '@antrea-ts/ovs';
import { errorMessage, type Logger } from '@antrea-ts/runtime';
import { ensurePodPort, podPortType } from '../ovs/pod-ports.js';
import { connectPort, type PortModules } from './connect-port.js';
import { podExternalIds, type PodPort } from './pod-store.js';

interface Options {
  readonly hostProcPathPrefix: string;
  readonly checksumOffload: boolean;
  /** Families that this Node has. */
  readonly families: readonly IpFamily[];
}

interface Modules extends PortModules {
  readonly host: Host;
  readonly bridge: OvsBridge;
  readonly logger: Logger;
  /** Resolves when the Node's addresses and routes are as desired now. */
  readonly hostApplied: (options: { signal: AbortSignal }) => Promise<void>;
}

/** Connects Pods by interfaces that another CNI plugin made (networkPolicyOnly). */
export class ChainedPodNetwork implements ChainedPods {
  readonly #options: Options;
  readonly #modules: Modules;

  constructor(options: Options, modules: Modules) {
    this.#options = options;
    this.#modules = modules;
  }

  /**
   * What the Node's end carries is written down with the port before it is taken away: an agent that dies in between
   * finds it there.
   */
  async adopt({ container, addresses }: AdoptRequest, { signal }: { signal: AbortSignal }): Promise<void> {
    const { host, bridge, hostApplied, store } = this.#modules;
    const ref = { netns: this.#netns(container), name: container.ifName };
    const { containerId, podName, podNamespace } = container;
    const found = await host.pods.survey(ref, { signal });
    this.#tellOfLosses(container, found, addresses);

    const known = store.get(containerId);
    const adoptedAddresses = union(
      known?.adoptedAddresses ?? [],
      found.hostAddresses.map(({ address }) => address),
    );
    const identity = { containerId, podName, podNamespace, mac: found.mac, addresses, adoptedAddresses };
    if (known && known.interfaceName !== found.hostName) await bridge.deletePort(known.interfaceName, { signal });
    const ofPort = await ensurePodPort(
      bridge,
      { name: found.hostName, type: podPortType(host), externalIds: podExternalIds(identity) },
      { signal },
    );
    const port: PodPort = { ...identity, interfaceName: found.hostName, ofPort };
    store.set(port);
    await host.pods.adopt({ ...ref, containerId, checksumOffload: this.#options.checksumOffload }, { signal });
    await Promise.all([hostApplied({ signal }), connectPort(port, this.#modules, { signal })]);
  }

  async check({ container, addresses }: AdoptRequest, { signal }: { signal: AbortSignal }): Promise<readonly string[]> {
    const { host, bridge, store } = this.#modules;
    const known = store.get(container.containerId);
    if (!known) return [`the agent knows no Pod for container ${container.containerId}`];
    let found: ForeignPodInterface;
    try {
      found = await host.pods.survey({ netns: this.#netns(container), name: container.ifName }, { signal });
    } catch (error) {
      signal.throwIfAborted();
      return [errorMessage(error)];
    }
    const problems: string[] = [];
    if (!found.up) problems.push(`interface ${found.name} is down`);
    if (known.mac !== found.mac) problems.push(`MAC of ${found.name} is ${found.mac}, not ${known.mac}`);
    if (known.interfaceName !== found.hostName) {
      problems.push(`its peer is ${found.hostName}, not ${known.interfaceName}`);
    }
    if (!bridge.port(known.interfaceName)) problems.push(`OVS has no port ${known.interfaceName}`);
    for (const { address } of found.hostAddresses) {
      problems.push(`${found.hostName} has address ${formatIp(address)}, which leads around the bridge`);
    }
    for (const route of found.hostRoutes) {
      problems.push(`the Node has a route ${formatCidr(route)} over ${found.hostName}, which leads around the bridge`);
    }
    const routes = await host.peerRoutes.observe({ signal });
    for (const address of addresses) {
      if (!found.addresses.some((own) => ipEquals(own.address, address))) {
        problems.push(`address ${formatIp(address)} is missing on ${found.name}`);
      }
      if (!known.addresses.some((own) => ipEquals(own, address))) {
        problems.push(`the agent does not know the address ${formatIp(address)}`);
      }
      if (!this.#options.families.includes(address.family)) continue;
      if (!routes.has(peerRouteKey({ destination: hostCidr(address) }))) {
        problems.push(`the Node has no route to ${formatIp(address)}`);
      }
    }
    return problems;
  }

  #tellOfLosses(
    { podNamespace, podName }: CniContainer,
    { hostName, hostRoutes }: ForeignPodInterface,
    addresses: readonly IpAddress[],
  ): void {
    const { families } = this.#options;
    const pod = `${podNamespace}/${podName}`;
    const own = new Set(addresses.map((address) => formatCidr(hostCidr(address))));
    const others = hostRoutes.map(formatCidr).filter((route) => !own.has(route));
    if (others.length > 0) {
      this.#modules.logger.warn('Removing routes to more than the Pod itself', {
        pod,
        interface: hostName,
        routes: others,
      });
    }
    const unusable = addresses.filter(({ family }) => !families.includes(family)).map(formatIp);
    if (unusable.length > 0) {
      this.#modules.logger.warn('Addresses of a family that this Node has no address of: they carry nothing', {
        pod,
        addresses: unusable,
      });
    }
  }

  #netns({ netns }: CniContainer): string {
    return this.#options.hostProcPathPrefix + netns;
  }
}

function union(...lists: readonly (readonly IpAddress[])[]): IpAddress[] {
  return [...new Map(lists.flat().map((address) => [formatIp(address), address])).values()];
}
