import type { AntreaPolicy, ClusterGroup } from '@antrea-ts/apis';
import { resource, type Resource } from '@antrea-ts/kube';
import { convertClusterGroup, mutatePolicy, type PatchStep } from '@antrea-ts/policy';
import { customResources } from '../cluster/custom-resources.js';
import { sha1 } from '../policy/sha1.js';
import type { Mirrored } from './plan-mirror.js';

/** A kind of before Antrea 1.0, and the one that took its place. */
export interface MirroredKind {
  readonly legacy: Resource<Mirrored>;
  readonly current: Resource<Mirrored>;
  /** The spec of a legacy object as the current kind has it, with all that webhooks fill in. */
  readonly specOf: (legacy: Mirrored) => object | undefined;
}

/** The kinds that are mirrored (Antrea 1.3, 2.15). */
export const mirroredKinds: readonly MirroredKind[] = [
  mirrored(customResources.tiers, 'security', 'v1alpha1'),
  mirrored(customResources.clusterGroups, 'core', 'v1alpha2', clusterGroupSpec),
  mirrored(customResources.externalEntities, 'core', 'v1alpha2'),
  mirrored(customResources.clusterNetworkPolicies, 'security', 'v1alpha1', policySpec),
  mirrored(customResources.networkPolicies, 'security', 'v1alpha1', policySpec),
];

function mirrored(
  current: Resource,
  group: string,
  version: string,
  specOf: MirroredKind['specOf'] = ({ spec }) => spec,
): MirroredKind {
  const { plural, kind, namespaced } = current;
  return {
    legacy: resource({ group: `${group}.antrea.tanzu.vmware.com`, version, plural, kind, namespaced }),
    current,
    specOf,
  };
}

function clusterGroupSpec({ metadata, spec }: Mirrored): object | undefined {
  const group = { apiVersion: 'crd.antrea.io/v1alpha2', metadata, spec } as ClusterGroup & { apiVersion: string };
  return (convertClusterGroup(group, 'crd.antrea.io/v1alpha3') as Mirrored).spec;
}

/** A legacy object may be older than the webhooks. */
function policySpec(legacy: Mirrored): object | undefined {
  if (!legacy.spec) return undefined;
  const policy = structuredClone({ metadata: legacy.metadata, spec: legacy.spec }) as AntreaPolicy;
  for (const step of mutatePolicy(policy, sha1)) fillIn(policy, step);
  return policy.spec;
}

function fillIn(object: object, { path, value }: PatchStep): void {
  const parts = path.split('/').slice(1);
  const last = parts.pop() ?? '';
  const at = parts.reduce<unknown>((within, part) => (within as Record<string, unknown>)[part], object);
  (at as Record<string, unknown>)[last] = value;
}
