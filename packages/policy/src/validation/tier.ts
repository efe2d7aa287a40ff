import type { AntreaPolicy, Tier } from '@antrea-ts/apis';
import { tierName } from '../cluster/tiers.js';
import type { Refused } from './policy-rules.js';

const maxTiers = 20;
const reserved: readonly number[] = [251, 252, 254, 255];

/** Names of the tiers that the controller makes. */
export const systemTierNames: readonly string[] = [
  'emergency',
  'securityops',
  'networkops',
  'platform',
  'application',
  'baseline',
];

/** What is known of other objects. */
export interface TierFacts {
  readonly tiers: readonly Tier[];
  readonly clusterNetworkPolicies: readonly AntreaPolicy[];
  readonly networkPolicies: readonly AntreaPolicy[];
}

/** Whether a tier may be made (Antrea 1.3, 2.14). */
export function validateTierCreate({ metadata: { name }, spec }: Tier, { tiers }: TierFacts): Refused | undefined {
  const field = 'spec.priority';
  const priority = spec?.priority ?? 0;
  const others = tiers.filter((tier) => tier.metadata.name !== name);
  if (new Set(others.map((tier) => tier.spec?.priority)).size >= maxTiers) {
    return { field: 'metadata.name', reason: `maximum number of Tiers supported: ${maxTiers}` };
  }
  if (reserved.includes(priority)) return { field, reason: `tier ${name} priority ${priority} is reserved` };
  if (others.some((tier) => tier.spec?.priority === priority)) {
    return { field, reason: `tier ${name} priority ${priority} overlaps with existing Tier` };
  }
  return undefined;
}

/** A tier keeps its priority; the controller alone may mend one of its own. */
export function validateTierUpdate(
  before: Tier,
  after: Tier,
  options: { readonly isController: boolean },
): Refused | undefined {
  if (options.isController || before.spec?.priority === after.spec?.priority) return undefined;
  return { field: 'spec.priority', reason: 'update to Tier priority is not allowed' };
}

/** System tiers stay, and those that policies are in. */
export function validateTierDelete(
  { metadata: { name } }: Tier,
  { clusterNetworkPolicies, networkPolicies }: TierFacts,
): Refused | undefined {
  const field = 'metadata.name';
  if (systemTierNames.includes(name)) return { field, reason: `cannot delete reserved tier ${name}` };
  for (const [policies, kind] of [
    [clusterNetworkPolicies, 'Antrea ClusterNetworkPolicies'],
    [networkPolicies, 'Antrea NetworkPolicies'],
  ] as const) {
    const count = policies.filter(({ spec }) => tierName(spec?.tier ?? '') === name).length;
    if (count > 0) return { field, reason: `tier ${name} is referenced by ${count} ${kind}` };
  }
  return undefined;
}
