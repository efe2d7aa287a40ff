import type { Node } from '@antrea-ts/apis';
import { createReflector, resources, type KubeClient, type Reflector, type Stored } from '@antrea-ts/kube';
import type { Logger } from '@antrea-ts/runtime';
import type { Node as KubeNode } from 'kubernetes-types/core/v1.js';
import type { AgentOptions } from '../config/options.js';
import type { PartModules } from '../modules.js';

/**
 * What we keep of each Node. A server that checks nothing, or a proxy in front of one, may hand out anything: what is not
 * of the type it shall be is passed over and told, and the other Nodes do not suffer from it.
 */
export function projectNode(node: Stored<KubeNode>, log?: Logger): Node {
  const { name, annotations, labels } = node.metadata;
  const refused: string[] = [];
  const keep = <T>(field: string, value: unknown, isRight: (value: unknown) => value is T): T | undefined => {
    if (value === undefined || value === null) return undefined;
    if (isRight(value)) return value;
    refused.push(field);
    return undefined;
  };
  const { podCIDR, podCIDRs } = keep('spec', node.spec, isRecord) ?? {};
  const status = keep('status', node.status, isRecord) ?? {};
  const addresses = keep('status.addresses', status['addresses'], isListOf(isAddress));
  const kept = {
    annotations: keep('metadata.annotations', annotations, isTextMap),
    labels: keep('metadata.labels', labels, isTextMap),
    podCIDR: keep('spec.podCIDR', podCIDR, isText),
    podCIDRs: keep('spec.podCIDRs', podCIDRs, isListOf(isText)),
  };
  if (refused.length > 0)
    log?.warn('A Node object has fields of a wrong type; they do not count', { node: name, refused });
  return {
    metadata: {
      name,
      ...(kept.annotations ? { annotations: kept.annotations } : {}),
      ...(kept.labels ? { labels: kept.labels } : {}),
    },
    spec: { ...(kept.podCIDR ? { podCIDR: kept.podCIDR } : {}), ...(kept.podCIDRs ? { podCIDRs: kept.podCIDRs } : {}) },
    status: addresses ? { addresses: addresses.map(({ type, address }) => ({ type, address })) } : {},
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTextMap(value: unknown): value is Record<string, string> {
  return isRecord(value) && Object.values(value).every(isText);
}

function isAddress(value: unknown): value is { type: string; address: string } {
  return isRecord(value) && isText(value['type']) && isText(value['address']);
}

function isListOf<T>(isRight: (value: unknown) => value is T): (value: unknown) => value is T[] {
  return (value): value is T[] => Array.isArray(value) && value.every(isRight);
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
    project: (node) => projectNode(node, log),
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
