import { macAddressAnnotation, transportAddressesAnnotation } from '@antrea-ts/apis';
import { patchWithRetry, resources, type KubeClient } from '@antrea-ts/kube';
import { formatIp } from '@antrea-ts/net-types';
import type { AgentOptions } from '../config/options.js';
import type { NodeNetwork } from './node-network.js';

/** Annotations that this Node shall have; null: that it shall not have. */
export type DesiredAnnotations = Readonly<Record<string, string | null>>;

/**
 * What peers have to know of this Node beyond its object (1.3: pkg/agent/agent.go): its addresses on the transport
 * interface where one was chosen, and its MAC address in modes in which Windows peers send to it directly. What another
 * mode or option said before is taken back.
 */
export function nodeAnnotations(
  options: Pick<AgentOptions, 'transportInterface' | 'trafficEncapMode'>,
  node: Pick<NodeNetwork, 'transportAddresses' | 'transportInterface'>,
): DesiredAnnotations {
  const isDirect = options.trafficEncapMode !== 'encap';
  return {
    [transportAddressesAnnotation]:
      options.transportInterface === ''
        ? null
        : node.transportAddresses.map(({ address }) => formatIp(address)).join(','),
    [macAddressAnnotation]: (isDirect && node.transportInterface.mac) || null,
  };
}

/** Makes the annotations so; nothing is written when they are. */
export async function annotateNode(
  client: KubeClient,
  name: string,
  desired: DesiredAnnotations,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  await patchWithRetry(
    client,
    resources.nodes,
    { name },
    ({ metadata }) => {
      const current = metadata.annotations ?? {};
      const wrong = Object.entries(desired).filter(([key, value]) => (current[key] ?? null) !== value);
      return wrong.length === 0 ? undefined : { metadata: { annotations: Object.fromEntries(wrong) } };
    },
    { signal },
  );
}
