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
}

export interface NodePlan {
  readonly name: string;
  /** IPv4 first. */
  readonly addresses: readonly string[];
  readonly podCidrs: readonly string[];
  /** On the second underlay, with prefix lengths; empty where there is none. */
  readonly transportAddresses: readonly string[];
}

/** Every address of a lab. All labs have the same ones, each in namespaces of its own. */
export interface AddressPlan {
  readonly families: readonly FamilyPlan[];
  readonly nodes: readonly NodePlan[];
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
};

/** Plans the addresses: Node 3 is 192.168.77.13 and fd77::13, with Pods in 10.10.3.0/24 and fd10:10:3::/64. */
export function planAddresses(
  options: Pick<LabOptions, 'nodes' | 'ip'> & Partial<Pick<LabOptions, 'transportInterface'>>,
): AddressPlan {
  const families = [...(options.ip === 'v6' ? [] : [ipv4]), ...(options.ip === 'v4' ? [] : [ipv6])];
  const nodes = Array.from({ length: options.nodes }, (_, index) =>
    planNode(index + 1, families, options.transportInterface ?? false),
  );
  return { families, nodes };
}

function planNode(number: number, families: readonly FamilyPlan[], hasTransport: boolean): NodePlan {
  const host = 10 + number;
  return {
    name: `node-${number}`,
    addresses: families.map(({ family }) => (family === 'ipv4' ? `192.168.77.${host}` : `fd77::${host}`)),
    podCidrs: families.map(({ family }) => (family === 'ipv4' ? `10.10.${number}.0/24` : `fd10:10:${number}::/64`)),
    transportAddresses: hasTransport
      ? families.map(({ family }) => (family === 'ipv4' ? `192.168.78.${host}/24` : `fd78::${host}/64`))
      : [],
  };
}

/** An address as it stands in a URL. */
export function urlHost(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
