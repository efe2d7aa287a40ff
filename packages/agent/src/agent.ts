import { createCniHandler, CniServer } from '@antrea-ts/cni';
import { systemClock, Lifetime, orAborted, untilAborted } from '@antrea-ts/runtime';
import type { AgentOptions } from './config/options.js';
import { startHost, type HostParts } from './host/start-host.js';
import { Inspection } from './info/inspection.js';
import { startInspection } from './info/start-inspection.js';
import type { AgentModules, PartModules } from './modules.js';
import { annotateNode, nodeAnnotations } from './node/annotations.js';
import { startCluster } from './node/cluster.js';
import { discoverNodeNetwork } from './node/node-network.js';
import { BridgeKeeper } from './ovs/bridge-keeper.js';
import { carryHostAsBefore } from './ovs/carry-host.js';
import { startSwitch, type SwitchParts } from './ovs/start-switch.js';
import { startPeers } from './peers/start-peers.js';
import { PodLinkKeeper } from './pods/pod-link-keeper.js';
import { startLocalPods, type LocalPodParts } from './pods/local-pods.js';
import { startNodePolicies, type PolicyParts } from './policy/start-node-policies.js';
import { LatePorts } from './pods/late-ports.js';
import { ChainedPodNetwork } from './pods/chained-pod-network.js';
import { startProxy } from './proxy/start-proxy.js';
import { AgentPodNetwork } from './pods/pod-network.js';

/**
 * The agent of one Node. Brings everything up in the order in which the parts need each other, serves CNI calls, and
 * returns when `signal` aborts. What is installed in the switch and on the host stays, and goes on forwarding.
 */
export async function runAgent(
  options: AgentOptions,
  modules: AgentModules,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  const { logger } = modules;
  const lifetime = new Lifetime();
  try {
    await start(options, { ...modules, clock: systemClock, inspection: new Inspection(), lifetime, signal });
    logger.info('Ready');
    await untilAborted(signal);
  } catch (error) {
    await lifetime.close().catch((closing: unknown) => logger.warn('Could not close everything', { error: closing }));
    if (!signal.aborted) throw error;
    logger.info('Stopped while starting');
    return;
  }
  await lifetime.close();
}

async function start(options: AgentOptions, modules: PartModules): Promise<void> {
  const { host, client, health, logger, signal } = modules;
  let serving = false;
  health.add('start', () => (serving ? undefined : 'still starting'));

  if (host.uplink) {
    // Before anybody is asked: the way to the API may lead through the bridge.
    await carryHostAsBefore(options, { logger, signal });
    await host.uplink.settle(options.ovsBridge, { signal });
  }
  const { nodes, self } = await startCluster(options, modules);
  // An adapter on the bridge has given its addresses to an interface of the host's.
  const aliasesOf = (name: string) => (host.uplink ? [`vEthernet (${name})`, options.ovsBridge] : []);
  const node = discoverNodeNetwork(self, await host.listInterfaces({ signal }), options, { aliasesOf });
  logger.info('Found the Node', {
    node: node.name,
    interface: node.transportInterface.name,
    families: node.families,
    mtu: node.mtu,
  });

  await annotateNode(client, node.name, nodeAnnotations(options, node), { signal });
  const parts = await startSwitch(options, node, modules);
  const pods = await startLocalPods(options, node, parts, modules);
  const policy = await startNodePolicies(options, { parts, pods }, modules);
  const services = await startProxy(options, { nodes, parts }, modules);
  const peers = await startPeers(options, { nodes, node, parts }, modules);
  // Every owner of flows has spoken: what is installed and wanted by nobody may go.
  await parts.forward();
  keepBridge({ parts, pods }, modules);
  keepPodLinks({ parts, pods }, modules);

  const hostParts = startHost(options, { node, parts, peers, services, store: pods.store }, modules);
  startInspection(options, { node, parts, pods }, modules);
  await serveCni(options, { parts, pods, policy, hostParts }, modules);
  serving = true;
}

/** Repairs from now on what others change of bridge and ports. */
function keepBridge(
  { parts, pods }: { parts: SwitchParts; pods: LocalPodParts },
  { host, health, lifetime, clock, logger }: PartModules,
): void {
  const keeper = new BridgeKeeper({ ...parts, host, store: pods.store, clock, logger: logger.child('bridge') });
  lifetime.onStop(() => keeper.stop());
  health.add('bridge', () => keeper.problem);
  keeper.start();
}

/** Repairs from now on what others change of the Node's ends of Pods' interfaces. */
function keepPodLinks(
  { parts: { intent }, pods: { store } }: { parts: SwitchParts; pods: LocalPodParts },
  { host, health, lifetime, clock, logger }: PartModules,
): void {
  if (!host.pods.ensureHostEnds) return;
  const keeper = new PodLinkKeeper({ host, intent, store, clock, logger: logger.child('pods') });
  lifetime.onStop(() => keeper.stop());
  health.add('pod-interfaces', () => keeper.problem);
  keeper.start();
}

async function serveCni(
  options: AgentOptions,
  {
    parts,
    pods,
    policy,
    hostParts,
  }: { parts: SwitchParts; pods: LocalPodParts; policy: PolicyParts; hostParts: HostParts },
  { host, logger, clock, lifetime, signal }: PartModules,
): Promise<void> {
  const log = logger.child('cni');
  const podOptions = {
    hostProcPathPrefix: host.platform === 'windows' ? '' : options.hostProcPathPrefix,
    checksumOffload: options.ovsDatapathType !== 'netdev',
    families: parts.node.families,
  };
  const podModules = { ...parts, ...hostParts, host, store: pods.store, policy, logger: log };
  const latePorts = host.platform === 'windows' ? new LatePorts({ logger: log, clock }) : undefined;
  lifetime.onStop(() => latePorts?.stop());
  const isChained = options.trafficEncapMode === 'networkPolicyOnly';
  const network = new AgentPodNetwork(podOptions, {
    ...podModules,
    ...(latePorts ? { latePorts } : {}),
    ...(isChained ? { chained: new ChainedPodNetwork(podOptions, podModules) } : {}),
  });
  const handler = createCniHandler({ network, ipam: pods.ipam, logger: log });
  const server = new CniServer({ path: options.cniSocket }, { handler, logger: log });
  await orAborted(hostParts.ready, signal);
  network.resume(pods.unfinished);
  await server.start();
  lifetime.onStop(() => server.stop());
}
