import { nodeAddresses, podCidrsOf, podMtu, type Node } from '@antrea-ts/apis';
import type { HostInterface } from '@antrea-ts/host';
import {
  cidrContains,
  formatCidr,
  formatIp,
  gatewayOf,
  hostCidr,
  ipEquals,
  isGlobalUnicast,
  type Cidr,
  type InterfaceAddress,
  type IpAddress,
  type IpFamily,
} from '@antrea-ts/net-types';
import { supportsEncap } from '@antrea-ts/pipeline';
import type { AgentOptions } from '../config/options.js';
import { AgentError } from '../errors.js';

/** Where this Node stands in the cluster's network. */
export interface NodeNetwork {
  readonly name: string;
  readonly addresses: readonly IpAddress[];
  /** The interface that carries traffic between Nodes. */
  readonly transportInterface: HostInterface;
  /** Its addresses that peers use, at most one per family. */
  readonly transportAddresses: readonly InterfaceAddress[];
  /** At most one per family, IPv4 first. None in networkPolicyOnly mode, where another plugin hands out addresses. */
  readonly podCidrs: readonly Cidr[];
  /** Families of Pods, IPv4 first: those with a Pod CIDR; in networkPolicyOnly mode those of the Node. */
  readonly families: readonly IpFamily[];
  /**
   * What the gateway carries: the first address of each Pod CIDR with the CIDR's prefix; in networkPolicyOnly mode the
   * transport addresses, each for itself.
   */
  readonly gatewayAddresses: readonly InterfaceAddress[];
  /** MTU of the gateway, and of Pods that ask for none. */
  readonly mtu: number;
}

type Options = Pick<
  AgentOptions,
  'transportInterface' | 'trafficEncapMode' | 'tunnelType' | 'trafficEncryptionMode' | 'defaultMTU' | 'hostGateway'
>;

/**
 * Finds the Node's place from its object and the machine's interfaces (1.3: pkg/agent/agent.go, initNodeLocalConfig).
 * Fails with what is missing: address, interface or Pod CIDR.
 */
export function discoverNodeNetwork(
  node: Node,
  interfaces: readonly HostInterface[],
  options: Options,
  { aliasesOf = () => [] }: { readonly aliasesOf?: (name: string) => readonly string[] } = {},
): NodeNetwork {
  const name = node.metadata.name;
  const addresses = nodeAddresses(node);
  if (addresses.length === 0) {
    throw new AgentError(
      'node',
      `Node ${name}: status.addresses has no InternalIP or ExternalIP; does its kubelet run?`,
    );
  }
  // In networkPolicyOnly mode the gateway has the Node's addresses too.
  const candidates = interfaces.filter((candidate) => candidate.name !== options.hostGateway);
  const carrier = interfaceWith(name, addresses, candidates);
  const transportInterface = options.transportInterface
    ? namedInterface(options.transportInterface, candidates, aliasesOf(options.transportInterface))
    : carrier;
  const transportAddresses = options.transportInterface
    ? firstOfEachFamily(transportInterface)
    : transportInterface.addresses.filter((own) => addresses.some((address) => ipEquals(address, own.address)));
  const pods = options.trafficEncapMode === 'networkPolicyOnly' ? policyOnly(transportAddresses) : withPodCidrs(node);
  checkTransportFamilies(pods.families, transportAddresses, options);
  checkApart(name, pods.podCidrs, [...addresses, ...transportAddresses.map(({ address }) => address)]);
  return {
    name,
    addresses,
    transportInterface,
    transportAddresses,
    ...pods,
    mtu: checkedMtu(
      name,
      pods.families,
      podMtu({
        configured: options.defaultMTU,
        interfaceMtu: transportInterface.mtu,
        encap: supportsEncap(options.trafficEncapMode),
        tunnelType: options.tunnelType,
        encryption: options.trafficEncryptionMode,
        nodeHasIpv6: addresses.some((address) => address.family === 'ipv6'),
      }),
    ),
  };
}

type PodSide = Pick<NodeNetwork, 'podCidrs' | 'families' | 'gatewayAddresses'>;

function withPodCidrs(node: Node): PodSide {
  const podCidrs = podCidrsOf(node);
  if (podCidrs.length === 0) {
    throw new AgentError(
      'node',
      `Node ${node.metadata.name}: spec.podCIDRs is empty; run kube-controller-manager with --allocate-node-cidrs and --cluster-cidr, or set it`,
    );
  }
  return {
    podCidrs,
    families: podCidrs.map((cidr) => cidr.address.family),
    gatewayAddresses: podCidrs.map((cidr) => ({ address: gatewayOf(cidr), prefixLength: cidr.prefixLength })),
  };
}

function policyOnly(transportAddresses: readonly InterfaceAddress[]): PodSide {
  const first = (['ipv4', 'ipv6'] as const).flatMap(
    (family) => transportAddresses.find(({ address }) => address.family === family)?.address ?? [],
  );
  return { podCidrs: [], families: first.map(({ family }) => family), gatewayAddresses: first.map(hostCidr) };
}

/** Direct routes lead to addresses of their own family. A tunnel carries both families to one address. */
function checkTransportFamilies(
  families: readonly IpFamily[],
  transportAddresses: readonly InterfaceAddress[],
  { transportInterface, trafficEncapMode: mode }: Options,
): void {
  if (mode === 'encap' || transportInterface === '') return;
  const missing = families.filter((family) => !transportAddresses.some(({ address }) => address.family === family));
  if (missing.length === 0) return;
  throw new AgentError(
    'config',
    `transportInterface ${transportInterface} with trafficEncapMode ${mode}: it has no global unicast address of ` +
      `${missing.join(' and ')}, which Pods of this Node have; give it one, or use encap`,
  );
}

/** What is sent to the Node would else take the way to its Pods. */
function checkApart(node: string, podCidrs: readonly Cidr[], addresses: readonly IpAddress[]): void {
  for (const cidr of podCidrs) {
    const inside = addresses.find((address) => cidrContains(cidr, address));
    if (!inside) continue;
    throw new AgentError(
      'node',
      `Node ${node}: its address ${formatIp(inside)} is in its Pod CIDR ${formatCidr(cidr)} (spec.podCIDRs); ` +
        'give the cluster a --cluster-cidr (kube-controller-manager) apart from the networks of its Nodes',
    );
  }
}

/** The least that every IPv6 link has to carry (RFC 8200); Linux turns IPv6 off on a link below it. */
const leastIpv6Mtu = 1280;

function checkedMtu(node: string, families: readonly IpFamily[], mtu: number): number {
  if (mtu < leastIpv6Mtu && families.includes('ipv6')) {
    throw new AgentError(
      'config',
      `Node ${node}: MTU ${mtu} for Pods is less than the ${leastIpv6Mtu} that IPv6 needs; ` +
        'raise defaultMTU or the MTU of the transport interface',
    );
  }
  return mtu;
}

/** The one interface that carries all of the Node's addresses. */
function interfaceWith(
  node: string,
  addresses: readonly IpAddress[],
  interfaces: readonly HostInterface[],
): HostInterface {
  const carriers = addresses.map((address) => {
    const carrier = interfaces.find((candidate) => candidate.addresses.some((own) => ipEquals(own.address, address)));
    if (!carrier) {
      throw new AgentError(
        'node',
        `Node ${node}: no interface of this machine has the Node's address ${formatIp(address)} (is NODE_NAME right?)`,
      );
    }
    return carrier;
  });
  const [first] = carriers as [HostInterface, ...HostInterface[]];
  const other = carriers.find((carrier) => carrier.name !== first.name);
  if (other) {
    throw new AgentError(
      'node',
      `Node ${node}: its addresses ${addresses.map(formatIp).join(' and ')} are on different interfaces, ${first.name} and ${other.name}; they must be on one`,
    );
  }
  return first;
}

/** By its name, or else by the first of those that it may have taken meanwhile. */
function namedInterface(name: string, interfaces: readonly HostInterface[], aliases: readonly string[]): HostInterface {
  const named = [name, ...aliases].flatMap((each) => interfaces.filter((candidate) => candidate.name === each));
  const found = named.find((candidate) => firstOfEachFamily(candidate).length > 0) ?? named[0];
  if (!found) throw new AgentError('config', `transportInterface ${name}: this machine has no such interface`);
  if (firstOfEachFamily(found).length === 0) {
    throw new AgentError('config', `transportInterface ${name}: it has no global unicast address`);
  }
  return found;
}

function firstOfEachFamily({ addresses }: HostInterface): InterfaceAddress[] {
  return (['ipv4', 'ipv6'] as const).flatMap(
    (family) => addresses.find(({ address }) => address.family === family && isGlobalUnicast(address)) ?? [],
  );
}
