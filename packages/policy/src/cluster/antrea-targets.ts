import type { AntreaAppliedTo } from '@antrea-ts/apis';
import { brokenSelectorIn, brokenSelectorReason } from './broken-selector.js';
import type { ConversionContext } from './converted-policy.js';
import { groupSelector } from './group-selector.js';
import { targetShape } from './object-shapes.js';
import { leftOut, show, type PolicyProblem } from './unreadable.js';

interface TargetsPlace {
  readonly field: string;
  /** Empty for ClusterNetworkPolicies. */
  readonly home: string;
  readonly problems: PolicyProblem[];
}

const appliesToNobody = 'it applies to nobody';

/**
 * Targets that can be read. Others are nobody, also for rules that deny: everybody instead would cut off Pods, or whole
 * clusters, that the policy has nothing to do with.
 */
export function readTargets(
  written: readonly AntreaAppliedTo[] | undefined,
  { field, home, problems }: TargetsPlace,
  context: ConversionContext,
): readonly AntreaAppliedTo[] {
  if (written === undefined) return [];
  if (!Array.isArray(written)) {
    problems.push(leftOut(`${field} is no list`, appliesToNobody));
    return [];
  }
  return (written as readonly AntreaAppliedTo[]).filter((target, index) => {
    const here = `${field}[${index}]`;
    const problem = targetProblem(target, here);
    const { group } = target ?? {};
    if (problem !== undefined) problems.push(leftOut(problem, appliesToNobody));
    else if (group !== undefined && home === '') {
      const inGroup = context.clusterGroupProblem(group);
      // The rest of the group stays.
      if (inGroup !== undefined) problems.push(leftOut(`${here}.group ${show(group)}: ${inGroup}`, appliesToNobody));
    }
    return problem === undefined;
  });
}

function targetProblem(target: AntreaAppliedTo, here: string): string | undefined {
  const problem = targetShape(target);
  if (problem) return `${here}${problem.path} ${problem.what}`;
  const broken = brokenSelectorIn(target, here);
  return broken && `${broken} ${brokenSelectorReason}`;
}

/** Names of the AppliedToGroups of targets. */
export function targetGroups(targets: readonly AntreaAppliedTo[], home: string, context: ConversionContext): string[] {
  const names = targets.flatMap(({ group, ...selectors }): string[] => {
    if (group !== undefined && home === '') {
      return context.clusterGroup(group).kind === 'members' ? [context.clusterGroupAs(group, 'targets')] : [];
    }
    const selected = groupSelector({ namespace: home, ...selectors });
    return selected ? [context.targets(selected)] : [];
  });
  return [...new Set(names)];
}
