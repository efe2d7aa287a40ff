import { createHostLocalIpam, type AddressHolder, type CniCall, type Ipam } from '@antrea-ts/cni';
import type { Host, RecordedPodInterface } from '@antrea-ts/host';
import { externalIdKeys } from '@antrea-ts/apis';
import type { OvsBridge, OvsPort } from '@antrea-ts/ovs';
import type { Logger } from '@antrea-ts/runtime';
import type { Cidr } from '@antrea-ts/net-types';
import type { AgentOptions } from '../config/options.js';
import type { NodeIntent } from '../dataplane/node-intent.js';
import type { PartModules } from '../modules.js';
import { podsOfNode } from '../node/cluster.js';
import type { NodeNetwork } from '../node/node-network.js';
import type { SwitchParts } from '../ovs/start-switch.js';
import { podKey, podOwner, podPortOf, PodStore, type PodPort } from './pod-store.js';

interface Modules {
  readonly bridge: OvsBridge;
  readonly host: Host;
  readonly ipam: Ipam;
  readonly intent: NodeIntent;
  readonly store: PodStore;
  readonly logger: Logger;
}

export interface LocalPodParts {
  readonly store: PodStore;
  readonly ipam: Ipam;
  /** Pods that an agent before this one did not finish connecting: the runtime does not ask again. */
  readonly unfinished: readonly PodPort[];
}

/** Takes over the Pods that are connected already, and follows their ports from then on. */
export async function startLocalPods(
  options: Pick<AgentOptions, 'trafficEncapMode'>,
  node: NodeNetwork,
  { bridge, intent, database }: SwitchParts,
  { host, client, lifetime, logger, signal }: PartModules,
): Promise<LocalPodParts> {
  const ipam = createHostLocalIpam();
  const store = new PodStore();
  const modules = { bridge, host, ipam, intent, store, logger: logger.child('pods') };
  const livePods = await podsOfNode(client, node.name, { signal });
  const unfinished = await takeOverPods({ livePods, podCidrs: node.podCidrs }, modules, { signal });
  tellOfOtherModes(options, modules);
  lifetime.onStop(
    database.subscribe((event) => {
      if (event.kind !== 'updated' || !event.changes.some(({ table }) => table === 'Interface')) return;
      followPortNumbers(modules);
    }),
  );
  return { store, ipam, unfinished };
}

/** Pods keep the addresses and routes that they were given: a change of mode takes hold of those that come after it. */
function tellOfOtherModes({ trafficEncapMode: mode }: Pick<AgentOptions, 'trafficEncapMode'>, modules: Modules): void {
  const isChained = mode === 'networkPolicyOnly';
  const others = modules.store.all().filter(({ adoptedAddresses }) => (adoptedAddresses !== undefined) !== isChained);
  if (others.length === 0) return;
  modules.logger.warn('Pods were connected in another mode; recreate them', { mode, pods: others.map(podKey) });
}

/**
 * After a start: takes over the Pods that are connected and still belong to this Node, and removes what others left:
 * ports, interfaces and addresses of Pods that vanished while no agent ran. Gives the Pods whose interface still waits
 * for its port, or for what has to be done after that.
 */
export async function takeOverPods(
  options: { readonly livePods: ReadonlySet<string>; readonly podCidrs: readonly Cidr[] },
  modules: Modules,
  { signal }: { signal: AbortSignal },
): Promise<readonly PodPort[]> {
  const { bridge, host, store, intent, logger } = modules;
  const recorded = await host.pods.recorded?.({ signal });
  const gone: PodPort[] = [];
  const withoutNumber: PodPort[] = [];
  for (const row of bridge.ports()) {
    const port = podPortOf(row);
    if (!port) {
      await removeUnreadable(row, modules, signal);
      continue;
    }
    const isLive = options.livePods.has(podKey(port));
    if (isLive && port.ofPort > 0) {
      store.set(port);
      intent.setPod(podOwner(port), port);
    } else (isLive ? withoutNumber : gone).push(port);
  }
  const unfinished = unfinishedPods(recorded ?? [], options.livePods, modules);
  const resumed = new Set(unfinished.map(({ interfaceName }) => interfaceName));
  gone.push(...withoutNumber.filter(({ interfaceName }) => !resumed.has(interfaceName)));
  for (const port of gone) {
    logger.info('Removing what a vanished Pod left', { pod: podKey(port), port: port.interfaceName });
    await removeLeftover(port, options.podCidrs, modules, signal);
  }
  const known = new Set([...store.all(), ...unfinished].map((port) => port.interfaceName));
  for (const name of recorded?.map(({ hostName }) => hostName) ?? (await host.pods.list({ signal }))) {
    if (known.has(name)) continue;
    logger.info('Removing an interface that belongs to no Pod', { interface: name });
    await untilTheNextStart(name, modules, signal, () => host.pods.detach({ name: '', hostName: name }, { signal }));
  }
  const containers = new Set([...store.all(), ...unfinished].map(({ containerId }) => containerId));
  await releaseUnusedAddresses({ podCidrs: options.podCidrs, containers }, modules, signal);
  return unfinished;
}

/**
 * Where a Pod's adapter appears after the CNI call has answered, the agent may have ended before it made the port, or
 * before the adapter had its MTU, which the port has on record then.
 */
function unfinishedPods(
  recorded: readonly RecordedPodInterface[],
  livePods: ReadonlySet<string>,
  { store, logger }: Pick<Modules, 'store' | 'logger'>,
): readonly PodPort[] {
  return recorded.flatMap(({ hostName, mac, mtu, record }) => {
    const port = podPortOf({
      name: hostName,
      externalIds: new Map(Object.entries({ ...record, [externalIdKeys.attachedMac]: mac })),
    });
    // Interfaces of 1.3 have no MTU on record, and their ports neither.
    if (!port || !livePods.has(podKey(port)) || mtu === 0) return [];
    if (store.get(port.containerId)?.mtu !== undefined) return [];
    logger.info('Completing what connects a Pod', { pod: podKey(port), port: hostName });
    return [{ ...port, mtu }];
  });
}

/**
 * A port that says it is a Pod's and not which, or not with which address: another version wrote that, or a hand. Without
 * it nobody can guard it. The runtime makes the Pod anew when it finds it without network.
 */
async function removeUnreadable({ name, externalIds }: OvsPort, modules: Modules, signal: AbortSignal): Promise<void> {
  const { bridge, host, logger } = modules;
  const marks = [...externalIds].filter(([key]) => podMarks.includes(key)).map(([key, value]) => `${key}=${value}`);
  if (marks.length === 0) return;
  logger.warn('Removing a port of a Pod that lacks what tells of it; recreate the Pod', { port: name, has: marks });
  await untilTheNextStart(name, modules, signal, async () => {
    await bridge.deletePort(name, { signal });
    await host.pods.detach({ name: '', hostName: name }, { signal });
  });
}

/** What cannot be removed is told and left for the next start: living Pods come first. */
async function untilTheNextStart(
  name: string,
  { logger }: Pick<Modules, 'logger'>,
  signal: AbortSignal,
  remove: () => Promise<unknown>,
): Promise<void> {
  try {
    await remove();
  } catch (error) {
    signal.throwIfAborted();
    logger.warn('Could not remove what nobody uses', { interface: name, error });
  }
}

/** What only an agent writes on a port. */
const podMarks: readonly string[] = [externalIdKeys.containerId, externalIdKeys.attachedMac];

/** An agent that was killed in the middle of an ADD left an address that no port is for. */
async function releaseUnusedAddresses(
  { podCidrs, containers }: { readonly podCidrs: readonly Cidr[]; readonly containers: ReadonlySet<string> },
  { ipam, logger }: Modules,
  signal: AbortSignal,
): Promise<void> {
  const unused = (await ipam.holders()).filter(({ containerId }) => !containers.has(containerId));
  for (const holder of unused) {
    logger.info('Giving back the address of a container that is not connected', { container: holder.containerId });
    await ipam.release(deletion(holder), podCidrs, { signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      logger.warn('Could not give back an address', { container: holder.containerId, error });
    });
  }
}

/** The call that a runtime would make for a container that is gone. */
function deletion({ containerId, ifName }: AddressHolder): CniCall {
  return { command: 'DEL', containerId, netns: '', ifName, args: new Map(), path: [], config: '' };
}

/** A leftover that cannot be removed is told and left for the next start: living Pods come first. */
async function removeLeftover(
  port: PodPort,
  podCidrs: readonly Cidr[],
  { bridge, host, ipam, logger }: Modules,
  signal: AbortSignal,
): Promise<void> {
  try {
    await bridge.deletePort(port.interfaceName, { signal });
    // The other plugin's business.
    if (port.adoptedAddresses) return;
    await host.pods.detach({ name: 'eth0', hostName: port.interfaceName }, { signal });
    await ipam.release(deletion({ containerId: port.containerId, ifName: 'eth0' }), podCidrs, { signal });
  } catch (error) {
    signal.throwIfAborted();
    logger.warn('Could not remove what a vanished Pod left', { pod: podKey(port), error });
  }
}

/** vswitchd may give ports other numbers after a restart; flows follow. */
export function followPortNumbers({ bridge, store, intent, logger }: Modules): void {
  for (const port of store.all()) {
    const ofPort = bridge.port(port.interfaceName)?.ofPort;
    if (ofPort === undefined || ofPort === port.ofPort) continue;
    logger.info('Port number of a Pod changed', { pod: podKey(port), from: port.ofPort, to: ofPort });
    const moved = { ...port, ofPort };
    store.set(moved);
    intent.setPod(podOwner(moved), moved);
  }
}
