import { existsSync, readFileSync } from 'node:fs';
import { hostAdapterName } from '../names.js';
import { addAdapter, type ModelMachine, type ModelSwitch } from './machine.js';

/** An object of the fake HNS, as far as the machine feels it. */
export interface HnsObject {
  readonly kind: string;
  readonly object: Readonly<Record<string, unknown>>;
}

/** Brings the machine up to what HNS has now: switches of networks, adapters of attached endpoints. */
export function followHns(machine: ModelMachine): void {
  const { hnsStateFile } = machine;
  if (hnsStateFile === undefined || !existsSync(hnsStateFile)) return;
  const objects = readHnsState(hnsStateFile);
  followNetworks(machine, objects);
  followEndpoints(machine, objects);
}

/** What the fake HNS has, read from its file; nothing before its first call. */
export function readHnsState(file: string): readonly HnsObject[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const space = line.indexOf(' ');
      return { kind: line.slice(0, space), object: JSON.parse(line.slice(space + 1)) as HnsObject['object'] };
    });
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function followNetworks(machine: ModelMachine, objects: readonly HnsObject[]): void {
  const networks = new Map(
    objects
      .filter(({ kind, object }) => kind === 'networks' && object['NetworkAdapterName'] !== undefined)
      .map(({ object }) => [textOf(object['Name']), textOf(object['NetworkAdapterName'])]),
  );
  for (const [name, made] of machine.switches) {
    if (networks.has(name)) continue;
    machine.switches.delete(name);
    unbind(machine, made);
  }
  for (const [name, adapter] of networks) {
    if (!machine.switches.has(name)) machine.switches.set(name, bind(machine, adapter));
  }
}

/** A switch takes the adapter: what the host had on it moves to an adapter of the host's own. */
function bind(machine: ModelMachine, adapter: string): ModelSwitch {
  const physical = machine.adapters.find(({ name }) => name === adapter);
  if (!physical) throw new Error(`the model has no adapter ${adapter}`);
  const bound = {
    adapter,
    addresses: take(machine.addresses, ({ index }) => index === physical.index),
    routes: take(machine.routes, ({ index }) => index === physical.index),
    dnsServers: machine.dnsServers.get(physical.index),
  };
  machine.dnsServers.delete(physical.index);
  const { index } = addAdapter(machine, hostAdapterName(adapter), { virtual: true, index: freeIndex(machine) });
  machine.addresses.push(...bound.addresses.map((held) => ({ ...held, index })));
  machine.routes.push(...bound.routes.map((route) => ({ ...route, index })));
  return { bound, allowManagementOs: true, softwareRsc: false };
}

/** The switch is gone: Windows gives the adapter back what it had. */
function unbind(machine: ModelMachine, { bound }: ModelSwitch): void {
  removeAdapter(machine, hostAdapterName(bound.adapter));
  machine.addresses.push(...bound.addresses);
  machine.routes.push(...bound.routes);
  const [{ index } = { index: 0 }] = machine.adapters.filter(({ name }) => name === bound.adapter);
  if (bound.dnsServers) machine.dnsServers.set(index, bound.dnsServers);
}

/** An adapter vanishes with all that was on it. */
export function removeAdapter(machine: ModelMachine, name: string): void {
  const [adapter] = take(machine.adapters, (each) => each.name === name);
  if (!adapter) return;
  take(machine.addresses, ({ index }) => index === adapter.index);
  take(machine.routes, ({ index }) => index === adapter.index);
  machine.dnsServers.delete(adapter.index);
}

function followEndpoints(machine: ModelMachine, objects: readonly HnsObject[]): void {
  const attached = new Set(
    objects.flatMap(({ kind, object }) => (kind === 'attachments' ? [object['EndpointId']] : [])),
  );
  const wanted = new Set(
    objects
      .filter(({ kind, object }) => kind === 'endpoints' && attached.has(object['ID']))
      .map(({ object }) => hostAdapterName(textOf(object['Name']))),
  );
  const management = new Set([...machine.switches.values()].map(({ bound }) => hostAdapterName(bound.adapter)));
  for (const name of machine.adapters.map((adapter) => adapter.name)) {
    if (name.startsWith('vEthernet (') && !wanted.has(name) && !management.has(name)) removeAdapter(machine, name);
  }
  for (const name of wanted) {
    if (machine.adapters.some((adapter) => adapter.name === name)) continue;
    addAdapter(machine, name, { virtual: true, index: freeIndex(machine) });
  }
}

function freeIndex({ adapters }: ModelMachine): number {
  return 1 + Math.max(3, ...adapters.map(({ index }) => index));
}

/** Removes and gives what fits. */
function take<T>(list: T[], fits: (value: T) => boolean): T[] {
  const taken = list.filter(fits);
  for (const each of taken) list.splice(list.indexOf(each), 1);
  return taken;
}
