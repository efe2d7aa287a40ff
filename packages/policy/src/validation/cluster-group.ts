import type { ClusterGroup } from '@antrea-ts/apis';
import { brokenSelectorIn, brokenSelectorReason } from '../cluster/broken-selector.js';
import type { Refused } from './policy-rules.js';
import { readCidrOr } from './read-cidr.js';

/** What of other groups matters. */
export interface ClusterGroupFacts {
  readonly get: (name: string) => ClusterGroup | undefined;
  readonly parentsOf: (name: string) => readonly string[];
}

const atMostOne =
  'At most one of podSelector, externalEntitySelector, serviceReference, ipBlock, ipBlocks or childGroups can be set for a ClusterGroup';

/** Whether a ClusterGroup says in one way who belongs to it, and nests one level deep (Antrea 1.3, 2.14). */
export function validateClusterGroup(group: ClusterGroup, facts: ClusterGroupFacts): Refused | undefined {
  const { spec = {}, metadata } = group;
  const { ipBlock } = spec as { readonly ipBlock?: { readonly cidr: string } };
  const ways = [
    spec.podSelector || spec.namespaceSelector || spec.externalEntitySelector,
    spec.serviceReference,
    ipBlock,
    spec.ipBlocks?.length,
    spec.childGroups?.length,
  ].filter(Boolean);
  if (ways.length > 1 || (spec.podSelector && spec.externalEntitySelector)) return { field: 'spec', reason: atMostOne };
  const blocks = [
    ...(ipBlock ? [[ipBlock, 'spec.ipBlock'] as const] : []),
    ...(spec.ipBlocks ?? []).map((block, i) => [block, `spec.ipBlocks[${i}]`] as const),
  ];
  for (const [{ cidr }, field] of blocks) {
    const reason = readCidrOr(cidr);
    if (reason) return { field: `${field}.cidr`, reason };
  }
  const broken = brokenSelectorIn(spec, 'spec');
  if (broken) return { field: broken, reason: brokenSelectorReason };
  if (!spec.childGroups?.length) return undefined;
  const parents = facts.parentsOf(metadata.name);
  if (parents.length > 0) {
    const reason = `cannot set childGroups for ClusterGroup ${metadata.name}, who has ${parents.length} parents`;
    return { field: 'spec.childGroups', reason };
  }
  for (const [i, child] of spec.childGroups.entries()) {
    const grandchildren = facts.get(child)?.spec?.childGroups?.length ?? 0;
    if (grandchildren === 0) continue;
    const reason = `cannot set ClusterGroup ${child} as childGroup, who has ${grandchildren} childGroups itself`;
    return { field: `spec.childGroups[${i}]`, reason };
  }
  return undefined;
}

/** Turns an object into another version: `ipBlock` of v1alpha2 becomes the first of `ipBlocks`. Throws for other versions. */
export function convertClusterGroup(group: ClusterGroup & { readonly apiVersion: string }, to: string): object {
  const from = group.apiVersion;
  const versions = ['crd.antrea.io/v1alpha2', 'crd.antrea.io/v1alpha3'];
  if (from === to) throw new Error(`conversion from a version to itself should not call the webhook: ${to}`);
  if (!versions.includes(from) || !versions.includes(to))
    throw new Error(`unexpected conversion version ${from} to ${to}`);
  if (to === 'crd.antrea.io/v1alpha2') return { ...group, apiVersion: to };
  return { ...group, apiVersion: to, spec: currentClusterGroupSpec(group.spec ?? {}) };
}

type ClusterGroupSpec = NonNullable<ClusterGroup['spec']>;

/** A spec of any version as the current one has it: `ipBlock`, which v1alpha2 allows, is one of the `ipBlocks`. */
export function currentClusterGroupSpec(stored: ClusterGroupSpec): ClusterGroupSpec {
  // What is nonsense stays so: who reads it tells what is wrong with it.
  if (typeof stored !== 'object' || stored === null) return stored;
  const { ipBlock, ...spec } = stored as ClusterGroupSpec & { readonly ipBlock?: { readonly cidr: string } };
  const { ipBlocks = [] } = spec;
  return ipBlock && Array.isArray(ipBlocks) ? { ...spec, ipBlocks: [ipBlock, ...ipBlocks] } : spec;
}
