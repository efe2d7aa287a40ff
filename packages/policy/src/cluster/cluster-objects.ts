import type {
  AntreaPolicy,
  ClusterGroup,
  ExternalEntity,
  K8sNetworkPolicy,
  Namespace,
  Pod,
  Service,
  Tier,
} from '@antrea-ts/apis';
import type { EntityKind } from './group-selector.js';

/** The kinds of objects that policy is computed from. */
export interface ClusterObjects {
  readonly namespace: Namespace;
  readonly pod: Pod;
  readonly externalEntity: ExternalEntity;
  readonly service: Service;
  readonly k8sNetworkPolicy: K8sNetworkPolicy;
  readonly antreaNetworkPolicy: AntreaPolicy;
  readonly clusterNetworkPolicy: AntreaPolicy;
  readonly tier: Tier;
  readonly clusterGroup: ClusterGroup;
}

export type ClusterObjectKind = keyof ClusterObjects;

/** ExternalEntities have keys of their own: a group may have a Pod and one of them under the same name. */
export function entityKey(kind: EntityKind, key: string): string {
  return kind === 'pod' ? key : `${kind}/${key}`;
}
