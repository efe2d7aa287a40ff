import type { Flow } from '@antrea-ts/openflow';
import { missFlows, outputFlows, policyOnlyFlows, ttlFlows } from './features/base.js';
import { conntrackFlows, policyBypassFlows, serviceBaseFlows } from './features/connection.js';
import { anyArpResponderFlows, neighbourFlows } from './features/neighbours.js';
import { ownServiceFlows } from './features/network-policy/own-service.js';
import { podFlows, podGuardFlows, type LocalPod } from './features/pods.js';
import { gatewayFlows, peerFlows, tunnelFlows, type PeerNode } from './features/ports.js';
import { uplinkFlows } from './features/uplink.js';
import { outsideFlows } from './features/service/outside.js';
import type { NodeProfile } from './profile.js';
import { layoutOf, type Layout } from './tables.js';

/** Renders the flows of one Node. Pure: the same profile and object always give the same flows. */
export interface NodePipeline {
  readonly profile: NodeProfile;
  readonly layout: Layout;
  /** Flows that depend on the Node alone. */
  base(): Flow[];
  pod(pod: LocalPod): Flow[];
  peer(peer: PeerNode): Flow[];
}

export function createNodePipeline(profile: NodeProfile): NodePipeline {
  const layout = layoutOf(profile);
  return {
    profile,
    layout,
    base: () => [
      ...missFlows(profile, layout),
      ...neighbourFlows(profile),
      ...anyArpResponderFlows(profile),
      ...ttlFlows(profile),
      ...outputFlows(profile),
      ...conntrackFlows(profile, layout),
      ...policyBypassFlows(profile),
      ...serviceBaseFlows(profile, layout),
      ...outsideFlows(profile),
      ...policyOnlyFlows(profile),
      ...gatewayFlows(profile, layout),
      ...tunnelFlows(profile),
      ...uplinkFlows(profile, layout),
      ...podGuardFlows(profile),
    ],
    pod: (pod) => [...podFlows(profile, layout, pod), ...ownServiceFlows(profile, layout, pod)],
    peer: (peer) => peerFlows(profile, peer),
  };
}
