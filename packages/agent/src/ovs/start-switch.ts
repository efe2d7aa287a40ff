import { openedUnder } from '@antrea-ts/runtime';
import {
  connectOpenFlow,
  connectOvsdb,
  ovsEndpoint,
  switchDriver,
  type OpenFlowConnection,
  type OvsBridge,
  type OvsdbClient,
} from '@antrea-ts/ovs';
import type { BridgedAdapter } from '@antrea-ts/host';
import type { InterfaceAddress } from '@antrea-ts/net-types';
import type { PartModules } from '../modules.js';
import type { AgentOptions } from '../config/options.js';
import { Dataplane } from '../dataplane/dataplane.js';
import { NodeIntent } from '../dataplane/node-intent.js';
import type { NodeNetwork } from '../node/node-network.js';
import { nodeProfile } from '../node/profile.js';
import { withPolicyMeter } from './policy-meter.js';
import { adoptedGatewayAddresses } from '../pods/adopted-pods.js';
import { podPortOf } from '../pods/pod-store.js';
import { setUpBridge, type BridgeSetup } from './bridge-setup.js';
import { carryHost } from './carry-host.js';
import { explainTakenName } from './taken-name.js';
import { withUplink } from './with-uplink.js';
import { SwitchRelease } from './switch-release.js';

/** Whom flows send packets to. The same at every start: flows that name it stay as they are. */
const controllerId = 0xa47e;

/** The Node's switch, connected. */
export interface SwitchParts {
  readonly database: OvsdbClient;
  readonly connection: OpenFlowConnection;
  readonly setup: BridgeSetup;
  readonly bridge: OvsBridge;
  readonly node: NodeNetwork;
  readonly dataplane: Dataplane;
  /** Whom flows send packets to: this agent. */
  readonly controllerId: number;
  readonly intent: NodeIntent;
  /** Why the switch does not take changes now. */
  readonly problem: () => string | undefined;
  /** Makes the flows as they are desired and lets the switch forward; resolves when it does. */
  forward(): Promise<void>;
}

/** Connects to Open vSwitch, makes bridge, gateway and tunnel, and states the flows that depend on the Node alone. */
export async function startSwitch(
  options: AgentOptions,
  node: NodeNetwork,
  modules: PartModules,
): Promise<SwitchParts> {
  const { host, health, lifetime, logger, clock, metrics, signal } = modules;
  const database = await openedUnder(signal, (attempt) =>
    connectOvsdb({ path: ovsEndpoint(options.ovsRunDir, 'db.sock'), logger: logger.child('ovsdb'), signal: attempt }),
  );
  lifetime.onStop(() => database.close());
  const checks = {
    ovsdb: () => (database.connected ? undefined : 'not connected to ovsdb-server'),
    openflow: () => (connection.connected ? undefined : 'not connected to the bridge'),
    flows: () => dataplane.problem,
  };
  health.add('ovsdb', checks.ovsdb);

  const uplinkContext = { bridgeName: options.ovsBridge, database, node, signal };
  const setup = await withUplink(host.uplink, uplinkContext, async (adapter) => {
    const made = await explainTakenName(options, { host, signal }, () =>
      setUpBridge(options, { database, logger }, { mtu: node.mtu, ...onBridge(adapter, node), signal }),
    );
    const { uplink, round } = made;
    if (uplink) await carryHost(options, { uplinkOfPort: uplink.ofPort, round }, { logger, signal });
    return made;
  });
  const gateway = await host.ensureGateway(
    {
      name: setup.gateway.name,
      mtu: node.mtu,
      addresses: [...node.gatewayAddresses, ...adoptedBefore(options, node, setup)],
    },
    { signal },
  );

  const connection = await openedUnder(signal, (attempt) =>
    connectOpenFlow({
      path: ovsEndpoint(options.ovsRunDir, `${options.ovsBridge}.mgmt`),
      logger: logger.child('openflow'),
      controllerId,
      signal: attempt,
    }),
  );
  lifetime.onStop(() => connection.close());
  health.add('openflow', checks.openflow);

  const dataplane = new Dataplane({
    driver: withPolicyMeter(switchDriver(connection), connection, { logger }),
    logger: logger.child('dataplane'),
    clock,
    counters: metrics.dataplane,
  });
  lifetime.onStop(() => dataplane.stop());
  health.add('flows', () => checks.flows() ?? refusedFlows(dataplane));
  const release = new SwitchRelease({ database, dataplane, logger, clock });
  lifetime.onStop(() => release.stop());
  lifetime.onStop(
    connection.subscribe((event) => {
      if (event.kind !== 'connected') return;
      dataplane.switchConnected();
      release.switchConnected();
    }),
  );
  return {
    database,
    connection,
    setup,
    bridge: setup.bridge,
    node,
    dataplane,
    controllerId,
    intent: new NodeIntent(nodeProfile(options, node, setup, gateway.interface), dataplane),
    problem: () => checks.ovsdb() ?? checks.openflow() ?? checks.flows(),
    async forward() {
      dataplane.start();
      await release.first({ signal });
    },
  };
}

/** Where the adapter is on the bridge, tunnels have to be told which address is theirs. */
function onBridge(adapter: BridgedAdapter | undefined, { transportAddresses }: NodeNetwork) {
  const local = transportAddresses.find(({ address }) => address.family === 'ipv4');
  return adapter && local ? { uplink: { ...adapter, localAddress: local.address } } : {};
}

/** What the gateway carries for Pods of another plugin stays on it. */
function adoptedBefore(
  { trafficEncapMode }: AgentOptions,
  { families }: NodeNetwork,
  { bridge }: BridgeSetup,
): readonly InterfaceAddress[] {
  if (trafficEncapMode !== 'networkPolicyOnly') return [];
  return adoptedGatewayAddresses(
    bridge.ports().flatMap((row) => podPortOf(row) ?? []),
    families,
  );
}

function refusedFlows({ refused }: Dataplane): string | undefined {
  return refused.length === 0 ? undefined : `Open vSwitch refused flows of ${refused.join(', ')}`;
}
