import type { AntreaPolicy, ClusterGroup, ExternalEntity, Tier } from '@antrea-ts/apis';
import { resource, type KubeObject, type Resource } from '@antrea-ts/kube';

const group = 'crd.antrea.io';

/** The kinds of `crd.antrea.io` that the controller reads or writes. */
export const customResources = {
  clusterNetworkPolicies: declare<AntreaPolicy>('v1alpha1', 'clusternetworkpolicies', 'ClusterNetworkPolicy', false),
  networkPolicies: declare<AntreaPolicy>('v1alpha1', 'networkpolicies', 'NetworkPolicy', true),
  tiers: declare<Tier>('v1alpha1', 'tiers', 'Tier', false),
  clusterGroups: declare<ClusterGroup>('v1alpha3', 'clustergroups', 'ClusterGroup', false),
  externalEntities: declare<ExternalEntity>('v1alpha2', 'externalentities', 'ExternalEntity', true),
} as const;

function declare<T>(version: string, plural: string, kind: string, namespaced: boolean): Resource<KubeObject & T> {
  return resource<KubeObject & T>({ group, version, plural, kind, namespaced });
}
