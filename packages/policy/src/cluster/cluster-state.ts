import { ClusterGroups } from './cluster-groups.js';
import type { GroupRegistry } from './group-registry.js';
import type { MembershipIndex } from './membership-index.js';
import type { Labels } from './selector.js';

/** What is known of the cluster, in the form in which policies ask for it. */
export interface ClusterState {
  readonly index: MembershipIndex;
  readonly registry: GroupRegistry;
  readonly clusterGroups: ClusterGroups;
  readonly namespaces: Map<string, Labels>;
  readonly tiers: Map<string, number>;
}

export function createClusterState(index: MembershipIndex, registry: GroupRegistry): ClusterState {
  return {
    index,
    registry,
    clusterGroups: new ClusterGroups(),
    namespaces: new Map(),
    tiers: new Map(),
  };
}
