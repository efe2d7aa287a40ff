import { formatCidr, formatInterfaceAddress, formatIp, isLinkLocal } from '@antrea-ts/net-types';
import type { DesiredGateway, Host, HostChange, HostInterface, TrafficRules } from '../host.js';
import { HostError } from '../host-error.js';
import { createFaults, type Faults } from './faults.js';
import { createMemoryMachine, type MemoryMachine } from './memory-machine.js';
import { createMemoryPeerRoutes } from './memory-peer-routes.js';
import { createMemoryPods } from './memory-pods.js';

export interface MemoryHost extends Host {
  readonly platform: 'memory';
  readonly machine: MemoryMachine;
  readonly faults: Faults;
}

/** A host that is only memory, for tests of what stands on a host. Pass the `machine` of a former one to restart. */
export function createMemoryHost(options: { readonly machine?: MemoryMachine } = {}): MemoryHost {
  const machine = options.machine ?? createMemoryMachine();
  const faults = createFaults();
  const subscriptions = new Set<() => void>();
  return {
    platform: 'memory',
    machine,
    faults,
    pods: createMemoryPods(machine, faults),
    peerRoutes: createMemoryPeerRoutes(machine, faults),
    trafficRules: {
      async ensure(desired, { signal }) {
        await faults.pass('trafficRules.ensure', signal);
        const changes = trafficRuleChanges(machine.trafficRules, desired);
        machine.trafficRules = desired;
        return changes;
      },
      async remove({ signal }) {
        await faults.pass('trafficRules.remove', signal);
        machine.trafficRules = undefined;
      },
    },
    async facts({ signal }) {
      await faults.pass('facts', signal);
      return { kernelVersion: machine.kernelVersion, forwarding: { ...machine.forwarding } };
    },
    async listInterfaces({ signal }) {
      await faults.pass('listInterfaces', signal);
      return [...machine.interfaces.values()];
    },
    async ensureGateway(desired, { signal }) {
      await faults.pass('ensureGateway', signal);
      return ensureGateway(machine, desired);
    },
    subscribe(listener) {
      const onChange = mergeChanges(listener);
      machine.listeners.add(onChange);
      const end = () => {
        machine.listeners.delete(onChange);
        subscriptions.delete(end);
      };
      subscriptions.add(end);
      return end;
    },
    async close() {
      for (const end of subscriptions) end();
    },
  };
}

/** Merges what changes within one turn; each listener hears of it once. */
function mergeChanges(listener: (changes: ReadonlySet<HostChange>) => void): (change: HostChange) => void {
  let pending: Set<HostChange> | undefined;
  return (change) => {
    if (pending) {
      pending.add(change);
      return;
    }
    const changes = new Set([change]);
    pending = changes;
    void Promise.resolve().then(() => {
      pending = undefined;
      try {
        listener(changes);
      } catch {
        // A listener's fault must not reach the others, nor the machine.
      }
    });
  };
}

function trafficRuleChanges(observed: TrafficRules | undefined, desired: TrafficRules): readonly string[] {
  if (observed === undefined) return desired.families.map((family) => `${family}: rules were missing`);
  return observed !== desired && textOf(observed) !== textOf(desired) ? ['rules were different'] : [];
}

function textOf(rules: TrafficRules): string {
  const { localPodCidrs, clusterPodCidrs, egress, services, ...rest } = rules;
  return JSON.stringify({
    ...rest,
    localPodCidrs: localPodCidrs.map(formatCidr).toSorted(),
    clusterPodCidrs: clusterPodCidrs.map(formatCidr).toSorted(),
    ...(services ? { services: { ...services, clusterCidrs: services.clusterCidrs.map(formatCidr) } } : {}),
    egress: egress.map(({ mark, address }) => `${mark} ${formatIp(address)}`).toSorted(),
  });
}

function ensureGateway(machine: MemoryMachine, desired: DesiredGateway) {
  const current = machine.interfaces.get(desired.name);
  if (current === undefined) {
    throw new HostError('interface-missing', `gateway ${desired.name}: there is no such interface`);
  }
  const changes: string[] = [];
  if (!current.up) changes.push('set up');
  if (current.mtu !== desired.mtu) changes.push(`MTU from ${current.mtu} to ${desired.mtu}`);
  const wanted = new Set(desired.addresses.map(formatInterfaceAddress));
  const kept = current.addresses.filter(
    (held) => isLinkLocal(held.address) || wanted.has(formatInterfaceAddress(held)),
  );
  const there = new Set(kept.map(formatInterfaceAddress));
  for (const address of current.addresses) {
    if (!kept.includes(address)) changes.push(`removed address ${formatInterfaceAddress(address)}`);
  }
  const added = desired.addresses.filter((address) => !there.has(formatInterfaceAddress(address)));
  for (const address of added) changes.push(`added address ${formatInterfaceAddress(address)}`);
  const updated: HostInterface = { ...current, up: true, mtu: desired.mtu, addresses: [...kept, ...added] };
  machine.interfaces.set(desired.name, updated);
  if (changes.length > 0) {
    machine.changed('links');
    machine.changed('addresses');
  }
  return { interface: updated, changes };
}
