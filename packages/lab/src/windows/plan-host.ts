import type { ModelAdapter, ModelMachine } from '@antrea-ts/host-windows/testing';
import { routeProtocol, type Link, type LinuxRoute } from './links.js';

/** The Node's cable, by the name that Windows gives to the first adapter. */
export const cableName = 'Ethernet';

/** The interface of the namespace that is behind an adapter. While a switch has the cable, the host's adapter is it. */
function deviceOf(adapter: string): string {
  return adapter === `vEthernet (${cableName})` ? cableName : adapter;
}

/** The `ip -batch` lines that make a namespace's interfaces and routes what the model of the Windows machine says. */
export function planHost(
  machine: ModelMachine,
  links: readonly Link[],
  routes: readonly LinuxRoute[],
): readonly string[] {
  const isUp = (link: Link): boolean => link.up || adaptersOf(machine, link).some(({ status }) => status === 'Up');
  const upNames = new Set(links.filter(isUp).map(({ name }) => name));
  const { unwanted, missing } = planRoutes(machine, upNames, routes);
  // Routes go first: Linux drops those of an interface itself with its last address.
  return [...unwanted, ...links.flatMap((link) => planLink(machine, link)), ...missing];
}

function adaptersOf({ adapters }: ModelMachine, { name }: Link): readonly ModelAdapter[] {
  return adapters.filter((adapter) => deviceOf(adapter.name) === name);
}

function planLink(machine: ModelMachine, link: Link): readonly string[] {
  const adapters = adaptersOf(machine, link);
  const own = adapters.find(({ name }) => name === link.name);
  if (!own) return [];
  const mac = own.mac.replaceAll('-', ':').toLowerCase();
  const indexes = new Set(adapters.map(({ index }) => index));
  const wanted = machine.addresses
    .filter(({ index }) => indexes.has(index))
    .map(({ ip, prefixLength }) => `${ip}/${prefixLength}`);
  const { name, addresses } = link;
  return [
    ...(mac === link.mac ? [] : [`link set ${name} address ${mac}`]),
    ...(own.mtu === link.mtu ? [] : [`link set ${name} mtu ${own.mtu}`]),
    ...(own.status === 'Up' && !link.up ? [`link set ${name} up`] : []),
    ...addresses.filter((address) => !wanted.includes(address)).map((address) => `addr del ${address} dev ${name}`),
    ...wanted.filter((address) => !addresses.includes(address)).map((address) => `addr add ${address} dev ${name}`),
  ];
}

function planRoutes(
  machine: ModelMachine,
  upNames: ReadonlySet<string>,
  observed: readonly LinuxRoute[],
): { readonly unwanted: readonly string[]; readonly missing: readonly string[] } {
  const deviceAt = new Map(machine.adapters.map(({ index, name }) => [index, deviceOf(name)]));
  const wanted = machine.routes
    // Linux knows by itself what is on its links.
    .filter(({ nextHop }) => nextHop !== '0.0.0.0')
    .map(({ prefix, nextHop, index, metric }) => ({
      prefix,
      via: nextHop,
      device: deviceAt.get(index) ?? '',
      metric,
    }))
    .filter(({ device }) => upNames.has(device))
    .map(routeText);
  const present = observed.map(routeText);
  return {
    unwanted: present.filter((route) => !wanted.includes(route)).map((route) => `route del ${route}`),
    missing: wanted.filter((route) => !present.includes(route)).map((route) => `route add ${route}`),
  };
}

function routeText({ prefix, via, device, metric }: LinuxRoute): string {
  return `${prefix} via ${via} dev ${device} metric ${metric} proto ${routeProtocol} onlink`;
}

/** Chains for NetNat, and for what the switch alone shall see; `netfilterHooks` leads to them. */
const natChain = 'LAB-NETNAT';
const switchChain = 'LAB-SWITCH';

export const netfilterHooks = [
  ['nat', natChain, 'POSTROUTING'],
  ['raw', switchChain, 'PREROUTING'],
] as const;

/** The `iptables-restore --noflush` text for NetNat and for a cable that the switch has taken from the host. */
export function renderNetfilter({ nats, switches }: ModelMachine): string {
  const taken = [...switches.values()].some(({ allowManagementOs }) => !allowManagementOs);
  return [
    '*nat',
    `:${natChain} - [0:0]`,
    ...[...nats.values()].map((prefix) => `-A ${natChain} -s ${prefix} ! -d ${prefix} -j MASQUERADE`),
    'COMMIT',
    '*raw',
    `:${switchChain} - [0:0]`,
    // Open vSwitch takes a copy of each frame; the kernel must not answer to its own.
    ...(taken ? [`-A ${switchChain} -i ${cableName} -j DROP`] : []),
    'COMMIT',
    '',
  ].join('\n');
}
