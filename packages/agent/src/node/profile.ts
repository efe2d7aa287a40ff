import type { HostInterface } from '@antrea-ts/host';
import type { NodeProfile } from '@antrea-ts/pipeline';
import type { AgentOptions } from '../config/options.js';
import { AgentError } from '../errors.js';
import type { BridgeSetup } from '../ovs/bridge-setup.js';
import type { NodeNetwork } from './node-network.js';

/** The facts that shape this Node's flows. */
export function nodeProfile(
  options: Pick<
    AgentOptions,
    'trafficEncapMode' | 'ovsDatapathType' | 'gates' | 'serviceCidrs' | 'establishedConnections' | 'antreaProxy'
  >,
  node: NodeNetwork,
  bridge: Pick<BridgeSetup, 'gateway' | 'tunnel' | 'uplink' | 'round'>,
  gateway: HostInterface,
): NodeProfile {
  if (gateway.mac === undefined) throw new AgentError('node', `gateway ${gateway.name} has no MAC address`);
  return {
    mode: options.trafficEncapMode,
    families: node.families,
    gateway: {
      ofPort: bridge.gateway.ofPort,
      mac: gateway.mac,
      addresses: node.gatewayAddresses.map(({ address }) => address),
    },
    ...(bridge.tunnel ? { tunnelOfPort: bridge.tunnel.ofPort } : {}),
    ...(bridge.uplink ? { uplink: { ofPort: bridge.uplink.ofPort, podCidrs: node.podCidrs } } : {}),
    proxy: options.gates.AntreaProxy,
    proxyAll: options.gates.AntreaProxy && options.antreaProxy.proxyAll,
    antreaPolicy: options.gates.AntreaPolicy,
    egress: options.gates.Egress,
    serviceCidrs: options.serviceCidrs.filter((cidr) => node.families.includes(cidr.address.family)),
    // Marks of the host's packets do not cross into the userspace datapath, and Windows has none.
    hostSource: options.ovsDatapathType === 'netdev' || bridge.uplink ? 'gatewayAddress' : 'packetMark',
    establishedConnections: options.establishedConnections,
    cookieRound: bridge.round,
  };
}
