import { createHash } from 'node:crypto';
import { podInterfaceName } from '@antrea-ts/apis';
import type { AttachRequest, ChainedPods, CniContainer, PodNetwork } from '@antrea-ts/cni';
import type { Host, PodInterfaceRef, PodInterfaceSpec, PodInterfaceState } from '@antrea-ts/host';
import { formatCidr, formatInterfaceAddress, formatIp, ipEquals } from '@antrea-ts/net-types';
import type { OvsBridge } from '@antrea-ts/ovs';
import { type Logger, orAborted } from '@antrea-ts/runtime';
import type { NodeNetwork } from '../node/node-network.js';
import { ensurePodPort, podPortType } from '../ovs/pod-ports.js';
import { connectPort, type PortModules } from './connect-port.js';
import type { LatePorts } from './late-ports.js';
import { podExternalIds, podOwner, type PodPort } from './pod-store.js';

interface Modules extends PortModules {
  readonly node: NodeNetwork;
  readonly host: Host;
  readonly bridge: OvsBridge;
  readonly logger: Logger;
  /** Resolves when the Node's own network is up. */
  readonly ready: Promise<void>;
  /** Why Pods cannot be connected now. */
  readonly problem: () => string | undefined;
  /** Resolves when the Node's addresses and routes are as desired now. */
  readonly hostApplied: (options: { signal: AbortSignal }) => Promise<void>;
  /** Present where a Pod's adapter appears after the call. */
  readonly latePorts?: LatePorts;
  /** Present where another plugin makes the interfaces of Pods. */
  readonly chained?: ChainedPods;
}

interface Options {
  readonly hostProcPathPrefix: string;
  readonly checksumOffload: boolean;
}

/** Connects Pods: interface on the host, port on the bridge, flows in the pipeline, in that order; undone in reverse. */
export class AgentPodNetwork implements PodNetwork {
  readonly #options: Options;
  readonly #modules: Modules;
  readonly chained?: ChainedPods;

  constructor(options: Options, modules: Modules) {
    this.#options = options;
    this.#modules = modules;
    if (modules.chained) this.chained = modules.chained;
  }

  problem(): string | undefined {
    return this.#modules.problem();
  }

  attached(): readonly CniContainer[] {
    return this.#modules.store.all().map(({ containerId, podName, podNamespace }) => ({
      containerId,
      podName,
      podNamespace,
      ifName: 'eth0',
      netns: '',
    }));
  }

  podCidrs() {
    return this.#modules.node.podCidrs;
  }

  ready({ signal }: { signal: AbortSignal }): Promise<void> {
    return orAborted(this.#modules.ready, signal);
  }

  async prepare(
    { container, mtu }: Pick<AttachRequest, 'container' | 'mtu'>,
    { signal }: { signal: AbortSignal },
  ): Promise<void> {
    const { host, bridge, latePorts } = this.#modules;
    // An adapter of Windows cannot be given addresses later, and its port comes when the call has returned.
    if (latePorts) return;
    const spec = this.#spec({ container, addresses: [], routes: [], ...(mtu === undefined ? {} : { mtu }) });
    const { mac } = await host.pods.attach(spec, { signal });
    const externalIds = podExternalIds({ ...container, mac, addresses: [] });
    await ensurePodPort(bridge, { name: spec.hostName, type: podPortType(host), externalIds }, { signal });
  }

  async attach(request: AttachRequest, { signal }: { signal: AbortSignal }): Promise<PodInterfaceState> {
    const { host, latePorts } = this.#modules;
    const spec = this.#spec(request);
    const state = await host.pods.attach(spec, { signal });
    if (latePorts) {
      latePorts.connect(spec.containerId, async (late) => {
        // Once more, with the adapter there: what could not be set on it before is set now.
        await host.pods.attach(spec, late);
        await this.#connect(request, spec, state, late);
      });
      return state;
    }
    await this.#connect(request, spec, state, { signal });
    this.#announce(spec);
    return state;
  }

  async #connect(
    { container, addresses }: AttachRequest,
    { hostName, mtu }: PodInterfaceSpec,
    { mac }: PodInterfaceState,
    { signal }: { signal: AbortSignal },
  ): Promise<void> {
    const { containerId, podName, podNamespace } = container;
    const ips = addresses.map(({ address }) => address);
    const identity = { containerId, podName, podNamespace, mac, addresses: ips, mtu };
    const { bridge, host } = this.#modules;
    const spec = { name: hostName, type: podPortType(host), externalIds: podExternalIds(identity) };
    const ofPort = await ensurePodPort(bridge, spec, { signal });
    const port: PodPort = { ...identity, interfaceName: hostName, ofPort };
    await connectPort(port, this.#modules, { signal });
  }

  async detach(container: CniContainer, { signal }: { signal: AbortSignal }): Promise<void> {
    const { host, bridge, dataplane, intent, store, latePorts } = this.#modules;
    latePorts?.forget(container.containerId);
    const known = store.get(container.containerId);
    const { name, hostName, netns } = this.#ref(container);
    // Flows go first: a port number that is used again must not meet the flows of its predecessor.
    if (known) {
      intent.setPod(podOwner(known), undefined);
      await dataplane.settled({ signal, owner: podOwner(known) });
    }
    await bridge.deletePort(known?.interfaceName ?? hostName, { signal });
    await host.pods.detach(
      { name, hostName: known?.interfaceName ?? hostName, ...(netns ? { netns } : {}) },
      { signal },
    );
    store.delete(container.containerId);
    // Whoever gets the address next must not meet its route.
    if (known?.adoptedAddresses) await this.#modules.hostApplied({ signal });
  }

  async check(request: AttachRequest, { signal }: { signal: AbortSignal }): Promise<readonly string[]> {
    const { host, store } = this.#modules;
    const spec = this.#spec(request);
    const state = await host.pods.inspect(spec, { signal });
    if (!state) return [`interface ${spec.name} in ${spec.netns} is gone`];

    const problems: string[] = [];
    if (!state.up) problems.push(`interface ${spec.name} is down`);
    if (state.hostName !== spec.hostName) problems.push(`its peer is ${state.hostName}, not ${spec.hostName}`);
    for (const wanted of request.addresses) {
      const found = state.addresses.some(
        (own) => ipEquals(own.address, wanted.address) && own.prefixLength === wanted.prefixLength,
      );
      if (!found) problems.push(`address ${formatInterfaceAddress(wanted)} is missing on ${spec.name}`);
    }
    for (const wanted of request.routes) {
      const found = state.routes.some(
        (own) =>
          formatCidr(own.destination) === formatCidr(wanted.destination) &&
          own.gateway !== undefined &&
          wanted.gateway !== undefined &&
          ipEquals(own.gateway, wanted.gateway),
      );
      if (!found) problems.push(`route ${formatCidr(wanted.destination)} is missing in the Pod`);
    }
    return [...problems, ...this.#portProblems(spec, store.get(request.container.containerId), state)];
  }

  #portProblems(spec: PodInterfaceSpec, known: PodPort | undefined, state: PodInterfaceState): string[] {
    if (!known) return [`the agent knows no Pod for container ${spec.containerId}`];
    const problems: string[] = [];
    if (known.mac !== state.mac) problems.push(`MAC of ${spec.name} is ${state.mac}, not ${known.mac}`);
    const missing = spec.addresses.filter(({ address }) => !known.addresses.some((own) => ipEquals(own, address)));
    for (const { address } of missing) problems.push(`the agent does not know the address ${formatIp(address)}`);
    if (!this.#modules.bridge.port(spec.hostName)) problems.push(`OVS has no port ${spec.hostName}`);
    return problems;
  }

  /** In the background, and only a courtesy: neighbours learn the new place of an address a little earlier. */
  #announce(spec: PodInterfaceSpec): void {
    this.#modules.host.pods
      .announce(spec, { signal: AbortSignal.timeout(5_000) })
      .catch((error: unknown) => this.#modules.logger.debug('Could not announce a Pod', { pod: spec.hostName, error }));
  }

  #spec({ container, addresses, routes, mtu }: AttachRequest): PodInterfaceSpec {
    return {
      ...this.#ref(container),
      containerId: container.containerId,
      netns: this.#netns(container),
      mtu: mtu ?? this.#modules.node.mtu,
      addresses,
      routes,
      checksumOffload: this.#options.checksumOffload,
    };
  }

  #ref(container: CniContainer): PodInterfaceRef {
    const netns = this.#netns(container);
    return {
      name: container.ifName,
      hostName: podInterfaceName(container.podName, container.containerId, sha1),
      ...(netns ? { netns } : {}),
    };
  }

  #netns({ netns }: CniContainer): string {
    return netns === '' ? '' : this.#options.hostProcPathPrefix + netns;
  }
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
