import type { HnsObject } from '@antrea-ts/host-windows/testing';
import type { Link } from './links.js';

/** An HNS endpoint that is in a namespace. */
export interface AttachedEndpoint {
  readonly id: string;
  /** Also the name of its port of Open vSwitch. */
  readonly name: string;
  readonly namespace: string;
  readonly mac: string;
  /** With prefix length. */
  readonly address: string;
  readonly gateway: string;
  readonly mtu: number;
}

/** What the fake HNS has attached. */
export function attachedEndpoints(objects: readonly HnsObject[]): readonly AttachedEndpoint[] {
  const endpoints = new Map(
    objects.filter(({ kind }) => kind === 'endpoints').map(({ object }) => [String(object['ID']), object]),
  );
  return objects
    .filter(({ kind }) => kind === 'attachments')
    .flatMap(({ object: { EndpointId: id, NamespaceId: namespace } }) => {
      const endpoint = endpoints.get(String(id));
      return endpoint ? [attached(endpoint, String(namespace))] : [];
    });
}

function attached(endpoint: HnsObject['object'], namespace: string): AttachedEndpoint {
  const text = (key: string): string => {
    const value = endpoint[key];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  const params = endpoint['AdditionalParams'] as Readonly<Record<string, string>> | undefined;
  return {
    id: text('ID'),
    name: text('Name'),
    namespace,
    mac: text('MacAddress').replaceAll('-', ':').toLowerCase(),
    address: `${text('IPAddress')}/${text('PrefixLength')}`,
    gateway: text('GatewayAddress'),
    mtu: Number(params?.['mtu'] ?? 1500),
  };
}

/**
 * The part of Hyper-V's switch that a Pod's adapter is plugged into: a bridge of two ports, of which one is the Pod's and
 * the other one Open vSwitch's, when it has it.
 */
export function socketOf({ id }: Pick<AttachedEndpoint, 'id'>): { readonly bridge: string; readonly cable: string } {
  return { bridge: `w${id.slice(0, 8)}`, cable: `v${id.slice(0, 8)}` };
}

/** The `ip -batch` lines of the Node for its Pods; `pids`: a process in each Pod's namespace, by the name of that. */
export function planPods(
  endpoints: readonly AttachedEndpoint[],
  links: readonly Link[],
  pids: ReadonlyMap<string, number>,
): { readonly node: readonly string[]; readonly made: readonly AttachedEndpoint[] } {
  const present = new Map(links.map((link) => [link.name, link]));
  const wanted = new Set(endpoints.map((endpoint) => socketOf(endpoint).bridge));
  const made = endpoints.filter((endpoint) => pids.has(endpoint.namespace) && !present.has(socketOf(endpoint).cable));
  return {
    made,
    node: [
      ...links
        .filter(({ name, kind }) => kind === 'bridge' && /^w[0-9a-f]{8}$/.test(name) && !wanted.has(name))
        .flatMap(({ name }) => [
          `link del ${name}`,
          ...(present.has(`v${name.slice(1)}`) ? [`link del v${name.slice(1)}`] : []),
        ]),
      ...made.flatMap((endpoint) => planSocket(endpoint, present, pids.get(endpoint.namespace)!)),
      ...endpoints.flatMap((endpoint) => planPort(endpoint, present)),
    ],
  };
}

function planSocket(endpoint: AttachedEndpoint, present: ReadonlyMap<string, Link>, pid: number): readonly string[] {
  const { bridge, cable } = socketOf(endpoint);
  return [
    ...(present.has(bridge) ? [] : [`link add ${bridge} type bridge mcast_snooping 0`]),
    `link set ${bridge} up`,
    `link add ${cable} type veth peer name eth0 netns ${pid}`,
    `link set ${cable} master ${bridge} up`,
  ];
}

/** The port appears when the agent makes it, and once more when Open vSwitch is started again. */
function planPort(endpoint: AttachedEndpoint, present: ReadonlyMap<string, Link>): readonly string[] {
  const { bridge } = socketOf(endpoint);
  const port = present.get(endpoint.name);
  if (!port || (port.master === bridge && port.up)) return [];
  return [`link set ${endpoint.name} master ${bridge}`, `link set ${endpoint.name} up`];
}

/** The `ip -batch` lines inside the Pod. */
export function planPodSide({ mac, mtu, address, gateway }: AttachedEndpoint): readonly string[] {
  return [
    `link set eth0 address ${mac}`,
    `link set eth0 mtu ${mtu}`,
    'link set eth0 up',
    `addr add ${address} dev eth0`,
    ...(gateway === '' ? [] : [`route add default via ${gateway} dev eth0`]),
  ];
}
