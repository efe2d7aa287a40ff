import { createHash } from 'node:crypto';
import { podInterfaceName } from '@antrea-ts/apis';
import type { AttachRequest, ChainedPods, CniContainer, PodNetwork, RepeatedAdds } from '@antrea-ts/cni';
import {
  tryParseDockerNetns,
  type Host,
  type PodInterfaceRef,
  type PodInterfaceSpec,
  type PodInterfaceState,
} from '@antrea-ts/host';
import type { OvsBridge } from '@antrea-ts/ovs';
import { errorMessage, type Logger, orAborted } from '@antrea-ts/runtime';
import type { NodeNetwork } from '../node/node-network.js';
import { ensurePodPort, podPortType } from '../ovs/pod-ports.js';
import { holdsExactly } from '../ovs/string-map.js';
import { connectPort, type PortModules } from './connect-port.js';
import type { LatePorts } from './late-ports.js';
import { podProblems } from './pod-problems.js';
import { podExternalIds, podIdentity, podOwner, type PodPort } from './pod-store.js';

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
  readonly repeated?: RepeatedAdds;

  constructor(options: Options, modules: Modules) {
    this.#options = options;
    this.#modules = modules;
    if (modules.chained) this.chained = modules.chained;
    if (modules.latePorts) {
      this.repeated = { infraOf, existing: (container, context) => this.#existing(container, context) };
    }
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
    const pod = unconnected(request.container, state);
    if (latePorts) {
      const isMade = tryParseDockerNetns(spec.netns) !== undefined && (await this.#tryConnect(pod, signal));
      if (!isMade) this.resume([pod]);
      return state;
    }
    await this.#connect(pod, { signal });
    this.#announce(spec);
    return state;
  }

  /** Connects Pods in the background, each as soon as its adapter is there. */
  resume(pods: readonly PodPort[]): void {
    for (const pod of pods) {
      this.#modules.latePorts?.connect(pod.containerId, (context) => this.#connect(pod, context));
    }
  }

  /** Docker's adapters are there mostly when the container has its endpoint; containerd's come after the call. */
  async #tryConnect(pod: PodPort, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#connect(pod, { signal });
      return true;
    } catch (error) {
      signal.throwIfAborted();
      this.#modules.logger.debug('A Pod is not connected yet', { pod: pod.interfaceName, reason: errorMessage(error) });
      return false;
    }
  }

  async #connect(pod: PodPort, { signal }: { signal: AbortSignal }): Promise<void> {
    const { bridge, host } = this.#modules;
    const { interfaceName: name, mtu, ...unfinished } = pod;
    const type = podPortType(host);
    const externalIds = podExternalIds(pod);
    const isFinished = holdsExactly(bridge.port(name)?.externalIds ?? new Map(), externalIds);
    if (host.pods.finishHostEnd && mtu !== undefined && !isFinished) {
      // Open vSwitch takes an adapter that is there: nobody else need be asked before. What has its MTU says so.
      await ensurePodPort(bridge, { name, type, externalIds: podExternalIds(unfinished) }, { signal });
      await host.pods.finishHostEnd({ hostName: name, mtu }, { signal });
    }
    const ofPort = await ensurePodPort(bridge, { name, type, externalIds }, { signal });
    await connectPort({ ...pod, ofPort }, this.#modules, { signal });
  }

  async #existing(
    container: CniContainer,
    { signal }: { signal: AbortSignal },
  ): Promise<PodInterfaceState | undefined> {
    const { host, store, latePorts } = this.#modules;
    const spec = this.#spec({ container, addresses: [], routes: [] });
    const isMember = infraOf(container) !== container.containerId;
    const found = await (isMember ? host.pods.attach(spec, { signal }) : host.pods.inspect(spec, { signal }));
    if (!found) return undefined;
    // One that 1.3 made tells neither.
    const state = { ...found, name: container.ifName, mtu: found.mtu || spec.mtu };
    const isConnected = store.get(container.containerId) !== undefined || latePorts?.has(container.containerId);
    if (!isMember && !isConnected) this.resume([unconnected(container, state)]);
    return state;
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
    const { host, bridge, store } = this.#modules;
    const spec = this.#spec(request);
    const state = await host.pods.inspect(spec, { signal });
    const known = store.get(spec.containerId);
    return podProblems(spec, { state, known, port: bridge.port(spec.hostName) });
  }

  /** In the background, and only a courtesy: neighbours learn the new place of an address a little earlier. */
  #announce(spec: PodInterfaceSpec): void {
    this.#modules.host.pods
      .announce(spec, { signal: AbortSignal.timeout(5_000) })
      .catch((error: unknown) => this.#modules.logger.debug('Could not announce a Pod', { pod: spec.hostName, error }));
  }

  #spec({ container, addresses, routes, mtu, dns }: AttachRequest): PodInterfaceSpec {
    const { containerId, podName, podNamespace } = container;
    return {
      ...this.#ref(container),
      containerId,
      netns: this.#netns(container),
      mtu: mtu ?? this.#modules.node.mtu,
      addresses,
      routes,
      checksumOffload: this.#options.checksumOffload,
      dns: { servers: dns?.nameservers ?? [], search: dns?.search ?? [] },
      record: podIdentity({ containerId, podName, podNamespace, addresses: addresses.map(({ address }) => address) }),
    };
  }

  #ref(container: CniContainer): PodInterfaceRef {
    const netns = this.#netns(container);
    return {
      name: container.ifName,
      hostName: podInterfaceName(container.podName, infraOf(container), sha1),
      ...(netns ? { netns } : {}),
    };
  }

  #netns({ netns }: CniContainer): string {
    return netns === '' ? '' : this.#options.hostProcPathPrefix + netns;
  }
}

/** The container that has the Pod's network: with Docker others share it, and say whose it is. */
function infraOf({ containerId, netns }: Pick<CniContainer, 'containerId' | 'netns'>): string {
  const docker = tryParseDockerNetns(netns);
  return docker?.role === 'member' ? docker.infra : containerId;
}

/** A Pod that has its interface, and no port yet. */
function unconnected(
  { containerId, podName, podNamespace }: CniContainer,
  { mac, addresses, hostName, mtu }: PodInterfaceState,
): PodPort {
  const ips = addresses.map(({ address }) => address);
  return { containerId, podName, podNamespace, mac, addresses: ips, mtu, interfaceName: hostName, ofPort: 0 };
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
