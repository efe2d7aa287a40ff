import type { Node } from '@antrea-ts/apis';
import { createReflector, resources, type KubeClient, type Reflector, type Stored } from '@antrea-ts/kube';
import type { Logger } from '@antrea-ts/runtime';
import type { Node as KubeNode } from 'kubernetes-types/core/v1.js';
import type { AgentOptions } from '../config/options.js';
import type { PartModules } from '../modules.js';

/** What we keep of each Node. */
export function projectNode(node: Stored<KubeNode>): Node {
  const { name, annotations, labels } = node.metadata;
  const { podCIDR, podCIDRs } = node.spec ?? {};
  const addresses = node.status?.addresses?.map(({ type, address }) => ({ type, address }));
  return {
    metadata: { name, ...(annotations ? { annotations } : {}), ...(labels ? { labels } : {}) },
    spec: { ...(podCIDR ? { podCIDR } : {}), ...(podCIDRs ? { podCIDRs } : {}) },
    status: addresses ? { addresses } : {},
  };
}

/** Follows the cluster's Nodes and waits for this one's object, with a Pod CIDR where Pods get addresses of it. */
export async function startCluster(
  { nodeName, trafficEncapMode }: Pick<AgentOptions, 'nodeName' | 'trafficEncapMode'>,
  { client, lifetime, logger, signal }: PartModules,
): Promise<{ readonly nodes: Reflector<Node>; readonly self: Node }> {
  const nodes = watchNodes(client, logger.child('nodes'));
  await nodes.start({ signal });
  lifetime.onStop(() => nodes.stop());
  const needsPodCidr = trafficEncapMode !== 'networkPolicyOnly';
  return { nodes, self: await ownNode(nodes, { name: nodeName, needsPodCidr }, { logger }, { signal }) };
}

/** Follows the Nodes of the cluster. */
export function watchNodes(client: KubeClient, log: Logger): Reflector<Node> {
  return createReflector({
    client,
    resource: resources.nodes,
    project: projectNode,
    isSame: (a, b) => JSON.stringify(a) === JSON.stringify(b),
    log,
  });
}

/** Resolves with this Node's object once it has what the agent needs; says now and then what it waits for. */
export function ownNode(
  nodes: Reflector<Node>,
  { name, needsPodCidr }: { readonly name: string; readonly needsPodCidr: boolean },
  modules: { readonly logger: Logger },
  { signal }: { signal: AbortSignal },
): Promise<Node> {
  return new Promise((resolve, reject) => {
    const missing = (): string => {
      const node = nodes.store.get(name);
      if (!nodes.hasSynced) return 'the Kubernetes API to answer';
      return node ? `Node ${name} to get a Pod CIDR (spec.podCIDRs)` : `Node ${name} to appear (is NODE_NAME right?)`;
    };
    const timer = setInterval(() => modules.logger.info('Waiting', { for: missing() }), 10_000);
    const finish = (then: () => void): void => {
      clearInterval(timer);
      unsubscribe?.();
      signal.removeEventListener('abort', onAbort);
      then();
    };
    const onAbort = (): void => finish(() => reject(signal.reason as Error));
    const look = (): void => {
      const node = nodes.store.get(name);
      if (node && (!needsPodCidr || node.spec?.podCIDR || node.spec?.podCIDRs?.length)) finish(() => resolve(node));
    };
    let unsubscribe: (() => void) | undefined;
    signal.addEventListener('abort', onAbort, { once: true });
    unsubscribe = nodes.store.subscribe(look);
    look();
  });
}

/** `namespace/name` of the Pods that belong to this Node and have a network of their own. */
export async function podsOfNode(
  client: KubeClient,
  nodeName: string,
  { signal }: { signal: AbortSignal },
): Promise<ReadonlySet<string>> {
  const { items } = await client.list(resources.pods, { fieldSelector: `spec.nodeName=${nodeName}`, signal });
  return new Set(
    items
      .filter(({ spec }) => !spec?.hostNetwork)
      .map(({ metadata: { namespace = '', name } }) => `${namespace}/${name}`),
  );
}
