import type { ControlplaneGroup, ControlplaneNetworkPolicy, PolicyType } from '@antrea-ts/apis';

/** What `-T` takes, and the types of the API. */
export const policyTypes: Readonly<Record<string, PolicyType>> = {
  NP: 'K8sNetworkPolicy',
  K8sNP: 'K8sNetworkPolicy',
  ACNP: 'AntreaClusterNetworkPolicy',
  ANP: 'AntreaNetworkPolicy',
};

/** Which policies are wanted. `namespace` is that of the Pod if there is one, else that of what the user wrote. */
export interface PolicySelection {
  readonly source?: string | undefined;
  readonly namespace?: string | undefined;
  readonly type?: PolicyType | undefined;
  readonly pod?: string | undefined;
}

/**
 * The policies of a selection, as an agent selects them. Which apply to a Pod is told by `appliedToGroups`, of which
 * all are needed then.
 */
export function selectPolicies(
  policies: readonly ControlplaneNetworkPolicy[],
  { source, namespace, type, pod }: PolicySelection,
  appliedToGroups: readonly ControlplaneGroup[] = [],
): readonly ControlplaneNetworkPolicy[] {
  const groups = pod === undefined ? undefined : groupsWith(appliedToGroups, namespace ?? '', pod);
  return policies.filter((policy) => {
    const { sourceRef } = policy;
    if (type !== undefined && sourceRef?.type !== type) return false;
    if (source !== undefined && sourceRef?.name !== source) return false;
    if (groups) return appliedToGroupsOf(policy).some((group) => groups.has(group));
    return namespace === undefined || sourceRef?.namespace === namespace;
  });
}

/** Names of the groups that a policy applies to, as a whole or by its rules. */
export function appliedToGroupsOf({ appliedToGroups = [], rules = [] }: ControlplaneNetworkPolicy): readonly string[] {
  return [...new Set([...appliedToGroups, ...rules.flatMap((rule) => rule.appliedToGroups ?? [])])];
}

function groupsWith(groups: readonly ControlplaneGroup[], namespace: string, name: string): ReadonlySet<string> {
  const having = groups.filter(({ groupMembers = [] }) =>
    groupMembers.some(({ pod }) => pod?.namespace === namespace && pod.name === name),
  );
  return new Set(having.map(({ metadata }) => metadata.name));
}
