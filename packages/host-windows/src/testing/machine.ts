import { existsSync, readFileSync } from 'node:fs';
import { hostAdapterName } from '../names.js';

export interface ModelAdapter {
  readonly name: string;
  readonly index: number;
  mac: string;
  status: 'Up' | 'Disabled';
  readonly virtual: boolean;
  mtu: number;
  forwarding: boolean;
}

export interface ModelRoute {
  readonly prefix: string;
  readonly nextHop: string;
  readonly index: number;
  metric: number;
}

export interface ModelFirewallRule {
  readonly name: string;
  readonly displayName: string;
  readonly group: string;
  readonly direction: string;
  readonly action: string;
  readonly localAddress: string;
  readonly remoteAddress: string;
}

export interface ModelSwitch {
  allowManagementOs: boolean;
  /** Undefined: this Windows cannot do it. */
  softwareRsc: boolean | undefined;
}

/** The state of a Windows machine, as far as our commands see it. */
export interface ModelMachine {
  readonly adapters: ModelAdapter[];
  readonly addresses: { readonly index: number; readonly ip: string; readonly prefixLength: number }[];
  readonly routes: ModelRoute[];
  readonly dnsServers: Map<number, readonly string[]>;
  readonly nats: Map<string, string>;
  readonly firewall: ModelFirewallRule[];
  readonly switches: Map<string, ModelSwitch>;
  readonly features: Set<string>;
  /** File of the fake HNS, whose endpoints appear as adapters. */
  readonly hnsStateFile?: string;
}

export function createModelMachine(options: { readonly hnsStateFile?: string } = {}): ModelMachine {
  return {
    adapters: [],
    addresses: [],
    routes: [],
    dnsServers: new Map(),
    nats: new Map(),
    firewall: [],
    switches: new Map(),
    features: new Set(['Microsoft-Hyper-V']),
    ...options,
  };
}

export function addAdapter(
  machine: ModelMachine,
  name: string,
  change: Partial<Omit<ModelAdapter, 'name'>> = {},
): ModelAdapter {
  const index = change.index ?? 4 + machine.adapters.length;
  const mac = `00-15-5D-00-00-${index.toString(16).padStart(2, '0').toUpperCase()}`;
  const adapter: ModelAdapter = {
    name,
    index,
    mac,
    status: 'Up',
    virtual: false,
    mtu: 1500,
    forwarding: false,
    ...change,
  };
  machine.adapters.push(adapter);
  return adapter;
}

/** Brings the adapters of Pods' endpoints up to what HNS has now. */
export function followHns(machine: ModelMachine): void {
  const { hnsStateFile } = machine;
  if (hnsStateFile === undefined || !existsSync(hnsStateFile)) return;
  const wanted = new Set(attachedEndpoints(readFileSync(hnsStateFile, 'utf8')).map(hostAdapterName));
  for (let at = machine.adapters.length - 1; at >= 0; at -= 1) {
    const adapter = machine.adapters[at];
    if (adapter?.name.startsWith('vEthernet (') && !wanted.has(adapter.name)) machine.adapters.splice(at, 1);
  }
  for (const name of wanted) {
    if (!machine.adapters.some((adapter) => adapter.name === name)) {
      const index = 1 + Math.max(3, ...machine.adapters.map((adapter) => adapter.index));
      addAdapter(machine, name, { virtual: true, index });
    }
  }
}

function attachedEndpoints(state: string): string[] {
  const rows = state
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const space = line.indexOf(' ');
      return { kind: line.slice(0, space), object: JSON.parse(line.slice(space + 1)) as Record<string, string> };
    });
  const attached = new Set(rows.flatMap(({ kind, object }) => (kind === 'attachments' ? [object['EndpointId']] : [])));
  return rows.flatMap(({ kind, object }) =>
    kind === 'endpoints' && attached.has(object['ID']) ? [object['Name'] ?? ''] : [],
  );
}
