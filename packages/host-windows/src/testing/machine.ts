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

/** What an adapter had before a switch took it. */
interface BoundAdapter {
  readonly adapter: string;
  readonly addresses: ModelMachine['addresses'];
  readonly routes: readonly ModelRoute[];
  readonly dnsServers: readonly string[] | undefined;
}

export interface ModelSwitch {
  readonly bound: BoundAdapter;
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
  /** Cmdlets that were run so far; the one with the number `failAt` fails. */
  calls: number;
  failAt?: number;
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
    calls: 0,
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
