import type { ClusterObjectKind, ClusterObjects } from '@antrea-ts/policy';
import {
  createReflector,
  resources,
  type KubeClient,
  type KubeObject,
  type Reflector,
  type Resource,
  type Stored,
} from '@antrea-ts/kube';
import type { Logger } from '@antrea-ts/runtime';
import { customResources } from './custom-resources.js';
import { projectClusterGroup, projectObject, projectPod } from './project.js';

/** Takes what is known of an object; undefined: it is gone. */
export type ObjectListener = <K extends ClusterObjectKind>(
  kind: K,
  key: string,
  object: ClusterObjects[K] | undefined,
) => void;

/** The objects of the cluster that policy is computed from, mirrored. */
export interface FollowedCluster {
  /** Resolves when everything there was has been told. */
  whenSynced(options: { readonly signal: AbortSignal }): Promise<void>;
  /** What is mirrored of a kind now. */
  objects<K extends ClusterObjectKind>(kind: K): Iterable<ClusterObjects[K]>;
  /** What is not mirrored yet, or cannot be now. */
  problem(): string | undefined;
  stop(): Promise<void>;
}

interface Followed {
  readonly kind: ClusterObjectKind;
  readonly resource: Resource;
  readonly project: (object: Stored<KubeObject>) => unknown;
}

const kubernetesKinds: readonly Followed[] = [
  { kind: 'namespace', resource: resources.namespaces, project: projectObject },
  { kind: 'pod', resource: resources.pods, project: projectPod },
  { kind: 'service', resource: resources.services, project: projectObject },
  { kind: 'k8sNetworkPolicy', resource: resources.networkPolicies, project: projectObject },
];
const antreaKinds: readonly Followed[] = [
  { kind: 'tier', resource: customResources.tiers, project: projectObject },
  { kind: 'clusterGroup', resource: customResources.clusterGroups, project: projectClusterGroup },
  { kind: 'externalEntity', resource: customResources.externalEntities, project: projectObject },
  { kind: 'antreaNetworkPolicy', resource: customResources.networkPolicies, project: projectObject },
  { kind: 'clusterNetworkPolicy', resource: customResources.clusterNetworkPolicies, project: projectObject },
];

/** Follows the cluster's objects and tells every change; Antrea's own kinds only where they are wanted. */
export async function followCluster(
  options: { readonly antreaPolicy: boolean },
  modules: { readonly client: KubeClient; readonly logger: Logger; readonly onChange: ObjectListener },
  { signal }: { readonly signal: AbortSignal },
): Promise<FollowedCluster> {
  const followed = [...kubernetesKinds, ...(options.antreaPolicy ? antreaKinds : [])];
  const reflectors = followed.map((each) => [each.resource.plural, createFollower(each, modules)] as const);
  const byKind = new Map(followed.map(({ kind }, index) => [kind, reflectors[index]![1]]));
  await Promise.all(reflectors.map(([, reflector]) => reflector.start({ signal })));
  return {
    async whenSynced(context) {
      await Promise.all(reflectors.map(([, reflector]) => reflector.whenSynced(context)));
    },
    objects<K extends ClusterObjectKind>(kind: K) {
      return (byKind.get(kind)?.store.values() ?? []) as Iterable<ClusterObjects[K]>;
    },
    problem() {
      const missing = reflectors.filter(([, { hasSynced }]) => !hasSynced).map(([plural]) => plural);
      return missing.length === 0 ? undefined : `waiting for the Kubernetes API to list ${missing.join(', ')}`;
    },
    async stop() {
      await Promise.all(reflectors.map(([, reflector]) => reflector.stop()));
    },
  };
}

function createFollower(
  { kind, resource, project }: Followed,
  {
    client,
    logger,
    onChange,
  }: { readonly client: KubeClient; readonly logger: Logger; readonly onChange: ObjectListener },
): Reflector<unknown> {
  return createReflector({
    client,
    resource,
    project,
    isSame: (a, b) => JSON.stringify(a) === JSON.stringify(b),
    onChange: (change) =>
      onChange(
        kind,
        change.key,
        change.kind === 'removed' ? undefined : (change.object as ClusterObjects[typeof kind]),
      ),
    log: logger,
  });
}
