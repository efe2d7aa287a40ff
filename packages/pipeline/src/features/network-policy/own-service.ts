import type { Flow } from '@antrea-ts/openflow';
import { priority, renderFlows, toIp, fromIp } from '../../flow-builder.js';
import type { NodeProfile } from '../../profile.js';
import { packetSource, registerIs, registers } from '../../registers.js';
import type { Layout } from '../../tables.js';
import { policyBypassPriority } from '../connection.js';
import type { PolicyPod } from './policy-flows.js';

/**
 * A Pod may always reach itself. Its packets come here only through a Service that chose it as Endpoint; they pass both
 * stages of policy. Only from the Pod's own port: nobody else can have its address there.
 */
export function ownServiceFlows(profile: NodeProfile, layout: Layout, pod: PolicyPod): Flow[] {
  if (!profile.proxy) return [];
  const at = profile.antreaPolicy ? policyBypassPriority : priority.high;
  const ofItself = pod.addresses
    .filter(({ family }) => profile.families.includes(family))
    .map((address) => [
      registerIs(registers.packetSource, packetSource.pod),
      ...fromIp(address),
      ...toIp(address).slice(1),
    ]);
  return renderFlows(
    profile.cookieRound,
    'Policy',
    ofItself.flatMap((match) => [
      { table: layout.egressEntry, priority: at, match, goto: 'EgressMetric' } as const,
      { table: layout.ingressEntry, priority: at, match, goto: 'IngressMetric' } as const,
    ]),
  );
}
