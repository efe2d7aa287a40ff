import type { ClusterGroup } from '@antrea-ts/apis';
import { hasBrokenSelector } from './labels.js';
import type { Intent } from './intent.js';
import { isBrokenBlock } from './match-rule.js';
import { isSelected, type Workload } from './workloads.js';

type GroupSpec = NonNullable<ClusterGroup['spec']>;

/** Whether a workload belongs to a ClusterGroup. One that does not exist has nobody. */
export function isInGroup(name: string, workload: Workload, intent: Intent): boolean {
  return partsOf(name, intent).some((spec) => isInPart(spec, workload, intent));
}

/** The blocks of addresses in a ClusterGroup. */
export function blocksOfGroup(name: string, intent: Intent): readonly { readonly cidr: string }[] {
  return partsOf(name, intent).flatMap(({ ipBlocks = [] }) => ipBlocks);
}

/** Whether something in a ClusterGroup or one of its children is none: a selector, a block of addresses. */
export function isUnreadableGroup(name: string, { clusterGroups }: Intent): boolean {
  const specs = (names: readonly string[]): GroupSpec[] =>
    clusterGroups.flatMap(({ metadata, spec }) => (spec && names.includes(metadata.name) ? [spec] : []));
  const own = specs([name]);
  const all = [...own, ...specs(own[0]?.childGroups ?? [])];
  return all.some((spec) => hasBrokenSelector(spec) || spec.ipBlocks?.some(isBrokenBlock));
}

/** A group is itself, or its children; children of children count for nothing. */
function partsOf(name: string, { clusterGroups }: Intent): GroupSpec[] {
  const specOf = (wanted: string): GroupSpec | undefined =>
    clusterGroups.find(({ metadata }) => metadata.name === wanted)?.spec;
  const own = specOf(name);
  if (!own?.childGroups?.length) return own ? [own] : [];
  return own.childGroups.flatMap((child) => specOf(child) ?? []).filter(({ childGroups }) => !childGroups?.length);
}

function isInPart(spec: GroupSpec, workload: Workload, intent: Intent): boolean {
  const { ipBlocks, serviceReference, podSelector, namespaceSelector, externalEntitySelector } = spec;
  if (ipBlocks?.length) return false;
  if (serviceReference) {
    const { namespace, name } = serviceReference;
    const service = intent.services.find(
      ({ metadata }) => metadata.name === name && (metadata.namespace ?? '') === namespace,
    );
    const labels = service?.spec?.selector ?? {};
    if (Object.keys(labels).length === 0) return false;
    return isSelected({ podSelector: { matchLabels: labels } }, workload, namespace, intent);
  }
  return isSelected({ podSelector, namespaceSelector, externalEntitySelector }, workload, '', intent);
}
