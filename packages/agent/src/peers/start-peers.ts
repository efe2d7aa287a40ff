import type { Node } from '@antrea-ts/apis';
import type { Reflector } from '@antrea-ts/kube';
import type { PartModules } from '../modules.js';
import type { AgentOptions } from '../config/options.js';
import type { NodeNetwork } from '../node/node-network.js';
import type { SwitchParts } from '../ovs/start-switch.js';
import { PeerController } from './peer-controller.js';

/** Follows the other Nodes; when it resolves, all that the cluster has now are stated. */
export async function startPeers(
  options: AgentOptions,
  { nodes, node, parts }: { nodes: Reflector<Node>; node: NodeNetwork; parts: SwitchParts },
  { lifetime, logger, signal }: PartModules,
): Promise<PeerController> {
  const peers = new PeerController(
    {
      ownName: node.name,
      ownPodCidrs: node.podCidrs,
      context: {
        mode: options.trafficEncapMode,
        gatewayName: parts.setup.gateway.name,
        transportAddresses: node.transportAddresses,
        transportInterface: parts.setup.uplink ? parts.setup.bridge.name : node.transportInterface.name,
        hasUplink: parts.setup.uplink !== undefined,
      },
      useTransportAnnotation: options.transportInterface !== '',
    },
    { intent: parts.intent, logger: logger.child('peers') },
  );
  // The ways between Nodes are the other plugin's.
  if (options.trafficEncapMode === 'networkPolicyOnly') return peers;
  await nodes.whenSynced({ signal });
  lifetime.onStop(
    nodes.store.subscribe((change) => {
      if (change.kind === 'removed') peers.remove(change.key);
      else peers.upsert(change.object);
    }),
  );
  // The Nodes that there are have been told by now; they are computed once.
  peers.flush();
  return peers;
}
