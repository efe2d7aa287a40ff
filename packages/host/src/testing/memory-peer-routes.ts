import type { Driver, Outcome } from '@antrea-ts/reconcile';
import type { PeerRoute } from '../host.js';
import { HostError } from '../host-error.js';
import type { FaultPoint } from './faults.js';
import type { MemoryMachine } from './memory-machine.js';

export function createMemoryPeerRoutes(machine: MemoryMachine, faults: FaultPoint): Driver<string, PeerRoute> {
  const put = (key: string, route: PeerRoute) => {
    if (!machine.interfaces.has(route.interfaceName)) {
      throw new HostError('interface-missing', `route ${key}: interface ${route.interfaceName} does not exist`);
    }
    if (machine.foreignRoutes.has(key)) {
      throw new HostError('foreign-state', `route ${key}: another program has a route to this destination`);
    }
    machine.peerRoutes.set(key, route);
  };
  return {
    async observe({ signal }) {
      await faults.pass('peerRoutes.observe', signal);
      return new Map(machine.peerRoutes);
    },
    async apply(plan, { signal }) {
      await faults.pass('peerRoutes.apply', signal);
      const outcomes: Outcome<string>[] = [];
      const attempt = async (key: string, step: () => void) => {
        try {
          await faults.pass('peerRoutes.item', signal);
          step();
          outcomes.push({ key, ok: true });
        } catch (error) {
          outcomes.push({ key, ok: false, error: error as Error });
        }
      };
      for (const key of plan.remove.keys()) await attempt(key, () => machine.peerRoutes.delete(key));
      for (const [key, { desired }] of plan.update) await attempt(key, () => put(key, desired));
      for (const [key, desired] of plan.create) await attempt(key, () => put(key, desired));
      if (outcomes.length > 0) machine.changed('routes');
      return outcomes;
    },
  };
}
