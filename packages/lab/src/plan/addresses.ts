import type { LabOptions } from '../options.js';

/** Addresses of one family. */
export interface FamilyPlan {
  readonly family: 'ipv4' | 'ipv6';
  /** Prefix length of the underlay and of the outside network. */
  readonly underlayPrefix: number;
  readonly outsidePrefix: number;
  /** The router's addresses towards the Nodes and towards the outside. */
  readonly underlayRouter: string;
  /** antrea-controller's address on the underlay. */
  readonly controller: string;
  readonly outsideRouter: string;
  readonly web: string;
  readonly dns: string;
  /** All that is outside, and all Pods. */
  readonly outsideCidr: string;
  readonly serviceCidr: string;
  /** The address of the Service kube-dns. */
  readonly clusterDns: string;
}

export interface NodePlan {
  readonly name: string;
  readonly os: 'linux' | 'windows';
  /** IPv4 first. */
  readonly addresses: readonly string[];
  readonly podCidrs: readonly string[];
  /** The subnet of the underlay that it is in. */
  readonly subnet: SubnetPlan;
  /** On the second underlay, with prefix lengths; empty where there is none. */
  readonly transportAddresses: readonly string[];
}

/** A subnet of the underlay. */
export interface SubnetPlan {
  /** Linux bridge that it is. */
  readonly bridge: string;
  /** The router's addresses in it, IPv4 first. */
  readonly routers: readonly string[];
}

/** Every address of a lab. All labs have the same ones, each in namespaces of its own. */
export interface AddressPlan {
  readonly families: readonly FamilyPlan[];
  readonly nodes: readonly NodePlan[];
  readonly subnets: readonly SubnetPlan[];
  /** The underlay's router knows the way to Pods, as that of a cloud does: where Nodes do not encapsulate. */
  readonly routesPods: boolean;
}

const ipv4: FamilyPlan = {
  family: 'ipv4',
  underlayPrefix: 24,
  outsidePrefix: 24,
  underlayRouter: '192.168.77.1',
  controller: '192.168.77.5',
  outsideRouter: '203.0.113.1',
  web: '203.0.113.10',
  dns: '203.0.113.53',
  outsideCidr: '203.0.113.0/24',
  serviceCidr: '10.96.0.0/12',
  clusterDns: '10.96.0.10',
};

const ipv6: FamilyPlan = {
  family: 'ipv6',
  underlayPrefix: 64,
  outsidePrefix: 64,
  underlayRouter: 'fd77::1',
  controller: 'fd77::5',
  outsideRouter: '2001:db8:ffff::1',
  web: '2001:db8:ffff::10',
  dns: '2001:db8:ffff::53',
  outsideCidr: '2001:db8:ffff::/64',
  serviceCidr: 'fd00:10:96::/112',
  clusterDns: 'fd00:10:96::a',
};

type PlanOptions = Pick<LabOptions, 'nodes' | 'ip'> &
  Partial<Pick<LabOptions, 'transportInterface' | 'subnets' | 'mode' | 'windowsNodes'>>;

/**
 * Plans the addresses: Node 3 is 192.168.77.13 and fd77::13, with Pods in 10.10.3.0/24 and fd10:10:3::/64. With two
 * subnets every other Node is in 192.168.79.0/24 and fd79::/64. Windows Nodes follow, and have IPv4 only: after two
 * Linux Nodes `win-1` has the addresses of a third one.
 */
export function planAddresses(options: PlanOptions): AddressPlan {
  const families = [...(options.ip === 'v6' ? [] : [ipv4]), ...(options.ip === 'v4' ? [] : [ipv6])];
  const subnets = Array.from({ length: options.subnets ?? 1 }, (_, index) => planSubnet(index, families));
  const windowsNodes = options.windowsNodes ?? 0;
  const nodes = Array.from({ length: options.nodes + windowsNodes }, (_, index) => {
    const subnet = index % subnets.length;
    const isWindows = index >= options.nodes;
    return planNode(index + 1, isWindows ? families.filter(({ family }) => family === 'ipv4') : families, {
      ...(isWindows
        ? { os: 'windows', name: `win-${index + 1 - options.nodes}` }
        : { os: 'linux', name: `node-${index + 1}` }),
      network: networkNumber(subnet),
      subnet: subnets[subnet]!,
      hasTransport: options.transportInterface ?? false,
    });
  });
  const { mode } = options;
  return { families, nodes, subnets, routesPods: mode === 'noEncap' || mode === 'networkPolicyOnly' };
}

/** 77, 79, 80, ...: 78 is the second underlay. */
function networkNumber(subnet: number): number {
  return subnet === 0 ? 77 : 78 + subnet;
}

function planSubnet(index: number, families: readonly FamilyPlan[]): SubnetPlan {
  const network = networkNumber(index);
  return {
    bridge: index === 0 ? 'br0' : `br-subnet${index + 1}`,
    routers: families.map(({ family }) => (family === 'ipv4' ? `192.168.${network}.1` : `fd${network}::1`)),
  };
}

function planNode(
  number: number,
  families: readonly FamilyPlan[],
  place: Pick<NodePlan, 'os' | 'name' | 'subnet'> & { readonly network: number; readonly hasTransport: boolean },
): NodePlan {
  const host = 10 + number;
  const { os, name, network, subnet } = place;
  return {
    name,
    os,
    addresses: families.map(({ family }) =>
      family === 'ipv4' ? `192.168.${network}.${host}` : `fd${network}::${host}`,
    ),
    podCidrs: families.map(({ family }) => (family === 'ipv4' ? `10.10.${number}.0/24` : `fd10:10:${number}::/64`)),
    subnet,
    transportAddresses: place.hasTransport
      ? families.map(({ family }) => (family === 'ipv4' ? `192.168.78.${host}/24` : `fd78::${host}/64`))
      : [],
  };
}

/** An address as it stands in a URL. */
export function urlHost(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
