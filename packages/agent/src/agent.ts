import { CniServer, createCniHandler, createHostLocalIpam } from '@antrea-ts/cni';
import type { Host } from '@antrea-ts/host';
import type { KubeClient } from '@antrea-ts/kube';
import { connectOpenFlow, connectOvsdb, flowDriver, isFlowRestoreWaiting, clearFlowRestoreWait } from '@antrea-ts/ovs';
import { systemClock, type HealthChecks, type Logger } from '@antrea-ts/runtime';
import { join } from 'node:path';
import type { AgentOptions } from './config/options.js';
import { Dataplane } from './dataplane/dataplane.js';
import { NodeIntent } from './dataplane/node-intent.js';
import { HostController } from './host/host-controller.js';
import type { DesiredHostState } from './host/host-state.js';
import type { AgentMetrics } from './metrics.js';
import { ownNode, podsOfNode, watchNodes } from './node/cluster.js';
import { discoverNodeNetwork, gatewayAddresses, type NodeNetwork } from './node/node-network.js';
import { nodeProfile } from './node/profile.js';
import { setUpBridge, type BridgeSetup } from './ovs/bridge-setup.js';
import { PeerController } from './peers/peer-controller.js';
import { followPortNumbers, takeOverPods } from './pods/local-pods.js';
import { AgentPodNetwork } from './pods/pod-network.js';
import { PodStore } from './pods/pod-store.js';

export interface AgentModules {
  readonly host: Host;
  readonly client: KubeClient;
  readonly logger: Logger;
  readonly health: HealthChecks;
  readonly metrics: AgentMetrics;
}

/** UDP ports of the overlays whose outer packets need no connection tracking. */
const overlayPorts: Partial<Record<AgentOptions['tunnelType'], number>> = { geneve: 6081, vxlan: 4789 };

/**
 * The agent of one Node. Brings everything up in the order in which the parts need each other, serves CNI calls, and
 * returns when `signal` aborts. What is installed in the switch and on the host stays and goes on forwarding.
 */
export async function runAgent(
  options: AgentOptions,
  modules: AgentModules,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  const closers: (() => Promise<unknown> | void)[] = [];
  try {
    await start(options, modules, (closer) => closers.push(closer), signal);
    modules.logger.info('Ready');
    await untilAborted(signal);
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

async function start(
  options: AgentOptions,
  modules: AgentModules,
  onStop: (closer: () => Promise<unknown> | void) => void,
  signal: AbortSignal,
): Promise<void> {
  const { host, client, logger, health, metrics } = modules;
  const clock = systemClock;
  let serving = false;
  health.add('start', () => (serving ? undefined : 'still starting'));

  // The cluster: who we are, and who else there is.
  const nodes = watchNodes(client, logger.child('nodes'));
  await nodes.start({ signal });
  onStop(() => nodes.stop());
  const self = await ownNode(nodes, options.nodeName, { logger }, { signal });
  const node = discoverNodeNetwork(self, await host.listInterfaces({ signal }), options);
  logger.info('Found the Node', describeNode(node));

  // The switch: bridge, gateway, tunnel.
  const database = await connectOvsdb({
    path: join(options.ovsRunDir, 'db.sock'),
    logger: logger.child('ovsdb'),
    signal,
  });
  onStop(() => database.close());
  health.add('ovsdb', () => (database.connected ? undefined : 'not connected to ovsdb-server'));
  const setup = await setUpBridge(options, { database, logger }, { mtu: node.mtu, signal });
  const gateway = await host.ensureGateway(desiredGateway(setup, node), { signal });

  // Intent first, all of it: what is installed is compared only when every owner has spoken.
  const connection = await connectOpenFlow({
    path: join(options.ovsRunDir, `${options.ovsBridge}.mgmt`),
    logger: logger.child('openflow'),
    signal,
  });
  onStop(() => connection.close());
  health.add('openflow', () => (connection.connected ? undefined : 'not connected to the bridge'));
  const dataplane = new Dataplane({
    driver: flowDriver(connection),
    logger: logger.child('dataplane'),
    clock,
    counters: metrics.dataplane,
  });
  onStop(() => dataplane.stop());
  health.add('flows', () => (dataplane.inSync ? undefined : 'flows are not installed yet'));
  const intent = new NodeIntent(nodeProfile(options, node, setup, gateway.interface), dataplane);

  const store = new PodStore();
  const ipam = createHostLocalIpam();
  const localPods = { bridge: setup.bridge, host, ipam, intent, store, logger: logger.child('pods') };
  const livePods = await podsOfNode(client, node.name, { signal });
  await takeOverPods({ livePods, podCidrs: node.podCidrs }, localPods, { signal });

  let hostController: HostController | undefined;
  const peers = new PeerController(
    {
      ownName: node.name,
      context: {
        mode: options.trafficEncapMode,
        gatewayName: setup.gateway.name,
        transportAddresses: node.transportAddresses,
        transportInterface: node.transportInterface.name,
      },
      useTransportAnnotation: options.transportInterface !== '',
      onChange: () => hostController?.changed(),
    },
    { intent, logger: logger.child('peers') },
  );
  await nodes.whenSynced({ signal });
  onStop(
    nodes.store.subscribe((change) => {
      if (change.kind === 'removed') peers.remove(change.key);
      else peers.upsert(change.object);
    }),
  );

  onStop(
    connection.subscribe((event) => {
      if (event.kind === 'connected') dataplane.switchConnected();
    }),
  );
  dataplane.start();
  await dataplane.settled({ signal });
  if (isFlowRestoreWaiting(database)) {
    await clearFlowRestoreWait(database, { signal });
    logger.info('Released flow-restore-wait: the switch forwards');
  }

  // The host's own stack, from now on kept as desired.
  hostController = new HostController(
    { desired: () => desiredHostState(options, node, setup, peers) },
    { host, logger: logger.child('host'), clock },
  );
  const controller = hostController;
  onStop(() => controller.stop());
  health.add('host', () => controller.problem);
  hostController.start();

  onStop(
    database.subscribe((event) => {
      if (event.kind !== 'updated' || !event.changes.some(({ table }) => table === 'Interface')) return;
      followPortNumbers(localPods);
    }),
  );
  onStop(
    host.subscribe((changes) => {
      if (changes.has('links')) void followGateway(options, modules, { node, setup, intent }, signal);
    }),
  );
  metrics.observe({ pods: () => store.size, flows: () => dataplane.flowCountByTable() });

  const network = new AgentPodNetwork(
    { hostProcPathPrefix: options.hostProcPathPrefix, checksumOffload: options.ovsDatapathType !== 'netdev' },
    {
      node,
      host,
      bridge: setup.bridge,
      intent,
      dataplane,
      store,
      logger: localPods.logger,
      ready: controller.firstPass,
    },
  );
  const handler = createCniHandler({ network, ipam, logger: logger.child('cni') });
  const server = new CniServer({ path: options.cniSocket }, { handler, logger: logger.child('cni') });
  await controller.firstPass;
  await server.start();
  onStop(() => server.stop());
  serving = true;
}

/** A gateway that was made anew has another MAC address, which many flows name. */
async function followGateway(
  options: AgentOptions,
  { host, logger }: AgentModules,
  { node, setup, intent }: { node: NodeNetwork; setup: BridgeSetup; intent: NodeIntent },
  signal: AbortSignal,
): Promise<void> {
  try {
    const interfaces = await host.listInterfaces({ signal });
    const gateway = interfaces.find((candidate) => candidate.name === setup.gateway.name);
    if (!gateway?.mac || gateway.mac === intent.profile.gateway.mac) return;
    logger.warn('The gateway has another MAC address', { from: intent.profile.gateway.mac, to: gateway.mac });
    intent.setProfile(nodeProfile(options, node, setup, gateway));
  } catch (error) {
    if (!signal.aborted) logger.warn('Could not look at the gateway', { error });
  }
}

function desiredGateway(setup: BridgeSetup, node: NodeNetwork): DesiredHostState['gateway'] {
  return { name: setup.gateway.name, mtu: node.mtu, addresses: gatewayAddresses(node) };
}

function desiredHostState(
  options: AgentOptions,
  node: NodeNetwork,
  setup: BridgeSetup,
  peers: PeerController,
): DesiredHostState {
  const untrackedUdpPort = setup.tunnel ? overlayPorts[options.tunnelType] : undefined;
  return {
    gateway: desiredGateway(setup, node),
    routes: peers.state.routes,
    trafficRules: {
      families: node.families,
      gatewayName: setup.gateway.name,
      localPodCidrs: node.podCidrs,
      clusterPodCidrs: [...node.podCidrs, ...peers.state.podCidrs],
      masquerade: !options.noSnat,
      ...(untrackedUdpPort === undefined ? {} : { untrackedUdpPort }),
      egress: [],
      restoreEksMark: process.env['ANTREA_CLOUD_EKS'] === 'true',
    },
  };
}

function describeNode(node: NodeNetwork): Record<string, unknown> {
  return {
    node: node.name,
    interface: node.transportInterface.name,
    families: node.families.join(','),
    mtu: node.mtu,
  };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
