import { win32 } from 'node:path';
import { addAdapter, createModelMachine, type ModelMachine } from '@antrea-ts/host-windows/testing';
import { constants } from '../constants.js';

export interface ModelService {
  status: 'Running' | 'Stopped' | 'StartPending';
  readonly command: string;
  readonly dependsOn: readonly string[];
}

/** A machine with Windows, as far as the scripts see and change it. */
export interface WindowsMachine {
  readonly net: ModelMachine;
  readonly services: Map<string, ModelService>;
  /** Content by path in lower case; a directory has none. */
  readonly files: Map<string, string | undefined>;
  readonly environment: Map<string, string>;
  /** Our network and the adapter in it, as HNS has them. */
  hnsNetwork: { readonly adapter: string } | undefined;
  ovsExtension: boolean;
  /** Adapters that Hyper-V's switch is bound to. */
  readonly bindings: Set<string>;
  readonly listening: Set<number>;
  /** Files and directories that only administrators can read. */
  readonly closed: Set<string>;
  elevated: boolean;
  /** Address that DHCP has for an adapter that nothing holds. */
  readonly dhcp: Map<string, string>;
  /** Everything that changed it, in order. */
  readonly changes: string[];
  /** What scripts told their user. */
  readonly told: string[];
  /** The change with this number fails. */
  failAt?: number;
}

export const home = 'C:\\antrea';
export const uplinkAddress = '192.168.77.29';

/** A machine with one physical adapter, Hyper-V and containerd, and the scripts in `C:\antrea\scripts`. */
export function createMachine(): WindowsMachine {
  const net = createModelMachine();
  for (const feature of ['Microsoft-Hyper-V-Management-PowerShell', 'Containers']) net.features.add(feature);
  const { index } = addAdapter(net, 'Ethernet');
  net.addresses.push({ index, ip: uplinkAddress, prefixLength: 24 });
  net.routes.push({ prefix: '0.0.0.0/0', nextHop: '192.168.77.1', index, metric: 256 });
  const machine: WindowsMachine = {
    net,
    services: new Map([
      ['containerd', { status: 'Running', command: 'containerd.exe', dependsOn: [] }],
      ['vmms', { status: 'Running', command: 'vmms.exe', dependsOn: [] }],
    ]),
    files: new Map(),
    environment: new Map([['Path', 'C:\\Windows']]),
    hnsNetwork: undefined,
    ovsExtension: false,
    bindings: new Set(),
    listening: new Set(),
    closed: new Set(),
    elevated: true,
    dhcp: new Map([['Ethernet', uplinkAddress]]),
    changes: [],
    told: [],
  };
  for (const file of ['C:\\k\\nssm.exe', 'C:\\ovs.zip', 'C:\\k\\agent.kubeconfig']) addFile(machine, file, file);
  for (const file of [
    'bin\\node.exe',
    'bin\\antrea-agent\\main.js',
    'cni\\antrea.exe',
    'cni\\host-local.exe',
    'etc\\antrea-cni.conflist',
  ]) {
    addFile(machine, win32.join(home, file), file);
  }
  return machine;
}

/** What Open vSwitch and the agent make of it: the adapter's address is on the bridge. */
export function installNetwork(machine: WindowsMachine): void {
  const { net, services } = machine;
  for (const name of [constants.services.ovsdb, constants.services.vswitchd]) {
    services.set(name, { status: 'Running', command: name, dependsOn: [] });
  }
  addFile(machine, 'C:\\openvswitch\\usr\\bin\\ovs-vsctl.exe', '');
  machine.hnsNetwork = { adapter: 'Ethernet' };
  machine.ovsExtension = true;
  machine.bindings.add('Ethernet');
  const bridge = addAdapter(net, constants.agent.bridge, { virtual: true });
  const gateway = addAdapter(net, constants.agent.gateway, { virtual: true });
  for (const held of [...net.addresses, ...net.routes]) Object.assign(held, { index: bridge.index });
  net.addresses.push({ index: gateway.index, ip: '10.10.9.1', prefixLength: 24 });
  net.routes.push({
    prefix: '10.10.1.0/24',
    nextHop: '10.10.1.1',
    index: gateway.index,
    metric: constants.routeMetric,
  });
  net.nats.set(constants.netNat, '10.10.9.0/24');
  for (const name of [constants.firewallInbound, constants.firewallOutbound]) {
    const rule = { name, displayName: name, group: constants.firewallGroup, direction: 'Inbound', action: 'Allow' };
    net.firewall.push({ ...rule, localAddress: 'Any', remoteAddress: 'Any' });
  }
  const settings = {
    adapter: 'Ethernet',
    mac: '00:15:5d:00:00:04',
    addresses: [{ ip: uplinkAddress, prefixLength: 24 }],
    gateway: '192.168.77.1',
    routes: [],
    dnsServers: ['192.168.77.1'],
  };
  addFile(machine, constants.agent.uplinkSettings, JSON.stringify(settings));
}

export function addFile(machine: WindowsMachine, path: string, content: string | undefined): void {
  machine.files.set(path.toLowerCase(), content);
  const parent = win32.dirname(path);
  if (parent !== path && !machine.files.has(parent.toLowerCase())) addFile(machine, parent, undefined);
}

/** What the host has where: `Ethernet 192.168.77.29`. */
export function addressesOf({ net }: WindowsMachine): readonly string[] {
  const names = new Map(net.adapters.map(({ index, name }) => [index, name]));
  return net.addresses.map(({ index, ip }) => `${names.get(index)} ${ip}`).sort();
}
