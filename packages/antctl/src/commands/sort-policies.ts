import type { ControlplaneNetworkPolicy } from '@antrea-ts/apis';

/** Kubernetes NetworkPolicies have no tier, and come between the tiers and that of the baseline (253). */
const kubernetesTierPriority = 251;

/** What `--sort-by` takes. */
export const policyOrders = ['effectivePriority'] as const;

/** Policies by name, or in the order in which they decide: by tier, then priority, then name. */
export function sortPolicies(
  policies: readonly ControlplaneNetworkPolicy[],
  order?: string,
): readonly ControlplaneNetworkPolicy[] {
  const byName = (a: ControlplaneNetworkPolicy, b: ControlplaneNetworkPolicy): number =>
    a.metadata.name < b.metadata.name ? -1 : Number(a.metadata.name > b.metadata.name);
  if (order !== 'effectivePriority') return [...policies].sort(byName);
  const tier = ({ tierPriority }: ControlplaneNetworkPolicy): number => tierPriority ?? kubernetesTierPriority;
  return [...policies].sort((a, b) => tier(a) - tier(b) || (a.priority ?? 0) - (b.priority ?? 0) || byName(a, b));
}
