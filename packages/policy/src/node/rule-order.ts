import type { RuleText } from './completed-rule.js';

/** Tier of the rules that come after Kubernetes NetworkPolicies (its priority is reserved). */
export const baselineTierPriority = 253;

/** The order in which kinds of rules decide: the first that matches does. */
export type RuleStage = 'antrea' | 'kubernetes' | 'baseline';

/** Which of the three a rule belongs to. */
export function ruleStage({ priority }: Pick<RuleText, 'priority'>): RuleStage {
  if (priority === undefined) return 'kubernetes';
  return priority.tier === baselineTierPriority ? 'baseline' : 'antrea';
}

const actionRank = { Drop: 0, Reject: 1, Allow: 2 } as const;

/**
 * Order of two Antrea rules, the more important first. 1.3 leaves rules of equal tier, policy priority and index in no
 * order; here denying comes first, so that the verdict does not depend on which was there first.
 */
export function compareRules(
  a: Pick<RuleText, 'priority' | 'action'>,
  b: Pick<RuleText, 'priority' | 'action'>,
): number {
  const [left, right] = [a.priority, b.priority];
  if (left === undefined || right === undefined) return 0;
  return (
    left.tier - right.tier ||
    left.policy - right.policy ||
    left.rule - right.rule ||
    actionRank[a.action] - actionRank[b.action]
  );
}
