import type { AddressPlan, NodePlan } from '../plan/addresses.js';
import type { Namespace } from '../process/namespace.js';

/** What lies between the Nodes and around them. */
export interface NetworkNamespaces {
  /** Linux bridge of the Nodes, and the router to the outside. */
  readonly underlay: Namespace;
  /** The outside world. */
  readonly external: Namespace;
  /** Where antrea-controller runs: on the underlay, like a Node. */
  readonly controller: Namespace;
  readonly nodes: ReadonlyMap<string, Namespace>;
}

/** The `ip -batch` text for the underlay: bridges, router, one cable to each Node and one to the outside. */
export function renderUnderlay(
  plan: AddressPlan,
  pids: { readonly external: number; readonly controller: number; readonly nodes: ReadonlyMap<string, number> },
): string {
  return [
    ...plan.subnets.flatMap(({ bridge, routers }) => [
      `link add ${bridge} type bridge`,
      `link set ${bridge} up`,
      ...plan.families.map(
        ({ family, underlayPrefix }, index) =>
          `addr add ${routers[index]}/${underlayPrefix} dev ${bridge} ${nodad(family)}`,
      ),
    ]),
    ...plan.nodes.flatMap(({ name, subnet }) => [
      `link add ${name} type veth peer name eth0 netns ${pids.nodes.get(name)}`,
      `link set ${name} master ${subnet.bridge} up`,
    ]),
    ...(plan.routesPods ? plan.nodes.flatMap(renderPodRoutes) : []),
    ...renderSecondUnderlay(plan, pids.nodes),
    `link add controller type veth peer name eth0 netns ${pids.controller}`,
    'link set controller master br0 up',
    `link add external type veth peer name eth0 netns ${pids.external}`,
    'link set external up',
    ...plan.families.map(
      (family) => `addr add ${family.outsideRouter}/${family.outsidePrefix} dev external ${nodad(family.family)}`,
    ),
    '',
  ].join('\n');
}

/** Each family's Pods are behind the Node's address of that family. */
function renderPodRoutes({ podCidrs, addresses }: NodePlan): string[] {
  return podCidrs.map((cidr, index) => `route add ${cidr} via ${addresses[index]}`);
}

/** A second bridge with a second cable to each Node, for Nodes that have addresses on it. No router is on it. */
function renderSecondUnderlay(plan: AddressPlan, pids: ReadonlyMap<string, number>): string[] {
  const nodes = plan.nodes.filter(({ transportAddresses }) => transportAddresses.length > 0);
  if (nodes.length === 0) return [];
  return [
    'link add br1 type bridge',
    'link set br1 up',
    ...nodes.flatMap(({ name }) => [
      `link add ${secondCable(name)} type veth peer name eth1 netns ${pids.get(name)}`,
      `link set ${secondCable(name)} master br1 up`,
    ]),
  ];
}

function secondCable(node: string): string {
  return `t-${node}`;
}

/** The `ip -batch` text for the outside world: its addresses, and the way back. */
export function renderExternal(plan: AddressPlan): string {
  return [
    'link set eth0 up',
    ...plan.families.flatMap(({ family, web, dns, outsidePrefix, outsideRouter }) => [
      `addr add ${web}/${outsidePrefix} dev eth0 ${nodad(family)}`,
      `addr add ${dns}/${outsidePrefix} dev eth0 ${nodad(family)}`,
      `route replace default via ${outsideRouter}`,
    ]),
    '',
  ].join('\n');
}

/** The `ip -batch` text for antrea-controller's namespace. */
export function renderController(plan: AddressPlan): string {
  return [
    'link set eth0 up',
    ...plan.families.flatMap(({ family, controller, underlayPrefix, underlayRouter }) => [
      `addr add ${controller}/${underlayPrefix} dev eth0 ${nodad(family)}`,
      `route replace default via ${underlayRouter}`,
    ]),
    '',
  ].join('\n');
}

/** Cables everything together. */
export async function connectNetwork(
  plan: AddressPlan,
  { underlay, external, controller, nodes }: NetworkNamespaces,
): Promise<void> {
  const pids = {
    external: external.pid,
    controller: controller.pid,
    nodes: new Map([...nodes].map(([name, { pid }]) => [name, pid])),
  };
  await underlay.run('ip', ['-batch', '-'], { input: renderUnderlay(plan, pids) });
  await Promise.all([
    external.run('ip', ['-batch', '-'], { input: renderExternal(plan) }),
    controller.run('ip', ['-batch', '-'], { input: renderController(plan) }),
    // Open vSwitch takes frames from packet sockets, where a checksum left to the hardware is never finished.
    ...[...plan.nodes.flatMap(cablesOf), 'external', 'controller'].map((link) => txOff(underlay, link)),
    txOff(external, 'eth0'),
    txOff(controller, 'eth0'),
    ...plan.nodes.flatMap((node) => {
      const namespace = nodes.get(node.name)!;
      return cablesOf(node).map((_, index) => txOff(namespace, `eth${index}`));
    }),
  ]);
}

function cablesOf({ name, transportAddresses }: NodePlan): string[] {
  return transportAddresses.length > 0 ? [name, secondCable(name)] : [name];
}

async function txOff(namespace: Namespace, link: string): Promise<void> {
  await namespace.run('ethtool', ['-K', link, 'tx', 'off']);
}

/** Skips the second in which IPv6 looks whether somebody else has the address. */
export function nodad(family: 'ipv4' | 'ipv6'): string {
  return family === 'ipv6' ? 'nodad' : '';
}
