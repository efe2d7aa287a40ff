import type { HostInterface } from '@antrea-ts/host';
import type { PartModules } from '../modules.js';
import type { AgentOptions } from '../config/options.js';
import type { NodeNetwork } from '../node/node-network.js';
import { nodeProfile } from '../node/profile.js';
import type { SwitchParts } from '../ovs/start-switch.js';
import type { HostServices } from '../proxy/host-services.js';
import type { PeerController } from '../peers/peer-controller.js';
import { adoptedGatewayAddresses, podRoutes } from '../pods/adopted-pods.js';
import type { PodStore } from '../pods/pod-store.js';
import { HostController } from './host-controller.js';
import type { DesiredHostState } from './host-state.js';

export interface HostParts {
  /** Resolves when the host was as desired for the first time. */
  readonly ready: Promise<void>;
  /** Resolves when addresses and routes are as desired now; rejects when that failed. */
  readonly hostApplied: (options: { signal: AbortSignal }) => Promise<void>;
}

interface Inputs {
  readonly node: NodeNetwork;
  readonly parts: SwitchParts;
  readonly peers: PeerController;
  readonly store: PodStore;
  /** Where the bridge balances Services for the host too. */
  readonly services?: HostServices | undefined;
}

/** UDP ports of the overlays whose outer packets need no connection tracking. */
const overlayPorts: Partial<Record<AgentOptions['tunnelType'], number>> = { geneve: 6081, vxlan: 4789 };

/** Keeps the Node's own network stack as desired from now on. */
export function startHost(options: AgentOptions, inputs: Inputs, modules: PartModules): HostParts {
  const { host, health, lifetime, clock } = modules;
  const logger = modules.logger.child('host');
  const controller = new HostController(
    { desired: () => desiredHostState(options, inputs) },
    { host, logger, clock, onGateway: (gateway) => followGateway(gateway, options, inputs, modules) },
  );
  lifetime.onStop(() => controller.stop());
  health.add('host', () => controller.problem);
  inputs.peers.onChange(() => controller.changed());
  inputs.services?.onChange(() => controller.changed());
  controller.start();
  return { ready: controller.firstPass, hostApplied: (context) => controller.interfacesApplied(context) };
}

function desiredHostState(options: AgentOptions, { node, parts, peers, services, store }: Inputs): DesiredHostState {
  const { setup } = parts;
  const { families } = node;
  const gatewayName = setup.gateway.name;
  const isChained = options.trafficEncapMode === 'networkPolicyOnly';
  const untrackedUdpPort = setup.tunnel ? overlayPorts[options.tunnelType] : undefined;
  return {
    gateway: {
      name: gatewayName,
      mtu: node.mtu,
      addresses: [...node.gatewayAddresses, ...(isChained ? adoptedGatewayAddresses(store.all(), families) : [])],
    },
    featureInterfaces: [],
    routes: new Map([
      ...(isChained
        ? podRoutes(store.all(), { name: gatewayName, addresses: node.gatewayAddresses })
        : peers.state.routes),
      ...(services?.routes() ?? []),
    ]),
    trafficRules: {
      families,
      gatewayName,
      localPodCidrs: node.podCidrs,
      clusterPodCidrs: [...node.podCidrs, ...peers.state.podCidrs],
      masquerade: !options.noSnat,
      ...(untrackedUdpPort === undefined ? {} : { untrackedUdpPort }),
      egress: [],
      restoreEksMark: options.isEks,
      ...(services ? { services: services.rules() } : {}),
    },
  };
}

/** A gateway that was made anew has another MAC address, which many flows name. */
function followGateway(
  gateway: HostInterface,
  options: AgentOptions,
  { node, parts: { setup, intent } }: Inputs,
  { logger }: PartModules,
): void {
  const { mac } = intent.profile.gateway;
  if (!gateway.mac || gateway.mac === mac) return;
  logger.warn('The gateway has another MAC address', { from: mac, to: gateway.mac });
  intent.setProfile(nodeProfile(options, node, setup, gateway));
}
