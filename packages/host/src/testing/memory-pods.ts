import { checkPodInterfaceSpec } from '../check-pod-interface-spec.js';
import { HostError } from '../host-error.js';
import { hostEndDifferences } from '../host-end-differences.js';
import type { ForeignPodRef, PodInterfaces, PodInterfaceRef, PodInterfaceSpec, PodInterfaceState } from '../pod.js';
import type { FaultPoint } from './faults.js';
import type { MemoryForeignPod, MemoryMachine, MemoryPodInterface } from './memory-machine.js';

export function createMemoryPods(machine: MemoryMachine, faults: FaultPoint): PodInterfaces {
  return {
    async attach(spec, { signal }) {
      checkPodInterfaceSpec(spec);
      if (!machine.namespaces.has(spec.netns)) {
        throw new HostError(
          'netns-missing',
          `attach container ${spec.containerId}: network namespace ${spec.netns} does not exist`,
        );
      }
      if (machine.interfaces.has(spec.hostName)) {
        throw new HostError(
          'name-taken',
          `attach container ${spec.containerId}: ${spec.hostName} is another interface`,
        );
      }
      await faults.pass('pods.attach', signal);
      const existing = present(machine, spec);
      const state = stateOf(spec, existing?.state, machine);
      const { netns, containerId, checksumOffload } = spec;
      machine.podInterfaces.set(spec.hostName, {
        netns,
        containerId,
        checksumOffload,
        state,
        hostEnd: { up: true, mtu: spec.mtu },
      });
      machine.changed('links');
      return state;
    },
    async survey(ref, { signal }) {
      await faults.pass('pods.survey', signal);
      return foreignPod(machine, ref).interface;
    },
    async adopt({ containerId, ...ref }, { signal }) {
      const found = foreignPod(machine, ref);
      await faults.pass('pods.adopt', signal);
      const { hostAddresses, hostRoutes, ...state } = found.interface;
      machine.foreignPods.set(state.hostName, {
        netns: found.netns,
        interface: { ...state, hostAddresses: [], hostRoutes: [] },
        adoptedFor: containerId,
      });
      if (found.adoptedFor === undefined || hostAddresses.length + hostRoutes.length > 0) machine.changed('links');
      return state;
    },
    async detach(ref, { signal }) {
      await faults.pass('pods.detach', signal);
      if (machine.podInterfaces.delete(ref.hostName)) machine.changed('links');
    },
    async inspect(ref, { signal }) {
      await faults.pass('pods.inspect', signal);
      return present(machine, ref)?.state ?? presentForeign(machine, ref);
    },
    async ensureHostEnds(ends, { signal }) {
      await faults.pass('pods.ensureHostEnds', signal);
      return ends.flatMap(({ hostName, mtu }) => {
        const found = machine.podInterfaces.get(hostName);
        if (found === undefined) return [];
        const changes = hostEndDifferences(found.hostEnd, mtu);
        if (changes.length === 0) return [];
        machine.podInterfaces.set(hostName, { ...found, hostEnd: { up: true, mtu: mtu ?? found.hostEnd.mtu } });
        machine.changed('links');
        return [{ hostName, changes }];
      });
    },
    async list({ signal }) {
      await faults.pass('pods.list', signal);
      return [...machine.podInterfaces]
        .filter(([, { netns }]) => machine.namespaces.has(netns))
        .map(([hostName]) => hostName)
        .toSorted();
    },
    async announce(ref, { signal }) {
      await faults.pass('pods.announce', signal);
      if (present(machine, ref) === undefined) {
        throw new HostError('interface-missing', `announce ${ref.name} of ${ref.hostName}: no such Pod interface`);
      }
      machine.announced.push(ref.hostName);
    },
  };
}

function foreignPod(machine: MemoryMachine, { netns, name }: ForeignPodRef): MemoryForeignPod {
  if (!machine.namespaces.has(netns)) {
    throw new HostError('netns-missing', `survey ${name}: network namespace ${netns} does not exist`);
  }
  const found = [...machine.foreignPods.values()].find(
    (candidate) => candidate.netns === netns && candidate.interface.name === name,
  );
  if (!found) {
    throw new HostError('interface-missing', `survey ${name}: network namespace ${netns} has no such interface`);
  }
  return found;
}

function presentForeign(machine: MemoryMachine, ref: PodInterfaceRef): PodInterfaceState | undefined {
  const found = machine.foreignPods.get(ref.hostName);
  if (found?.netns !== ref.netns || found?.interface.name !== ref.name || !machine.namespaces.has(found.netns)) {
    return undefined;
  }
  const { hostAddresses: _addresses, hostRoutes: _routes, ...state } = found.interface;
  return state;
}

function present(machine: MemoryMachine, ref: PodInterfaceRef): MemoryPodInterface | undefined {
  const found = machine.podInterfaces.get(ref.hostName);
  if (!found || found.netns !== ref.netns || found.state.name !== ref.name) return undefined;
  return machine.namespaces.has(found.netns) ? found : undefined;
}

function stateOf(
  spec: PodInterfaceSpec,
  existing: PodInterfaceState | undefined,
  machine: MemoryMachine,
): PodInterfaceState {
  return {
    name: spec.name,
    mac: existing?.mac ?? machine.nextMac(),
    mtu: spec.mtu,
    up: true,
    addresses: spec.addresses,
    routes: spec.routes,
    hostName: spec.hostName,
    hostMac: existing?.hostMac ?? machine.nextMac(),
  };
}
