import type { PolicyCondition } from '@antrea-ts/apis';
import type { ConvertedPolicy, EqualPriority, PolicyProblem } from '@antrea-ts/policy';

/** A condition before it is known since when it holds. */
export type FoundCondition = Omit<PolicyCondition, 'lastTransitionTime'>;

/** Reasons that are told at once; the rest is counted. */
const mostTold = 5;
/** Of a reason: names of a whole megabyte may have been stored, too. */
const longestTold = 400;

/** What the author of a policy should know of it; nothing where all is as it looks. */
export function conditionsOf(policy: ConvertedPolicy, equal: EqualPriority | undefined): FoundCondition[] {
  const { missingGroups = [], missingTier } = policy;
  return [
    ...unreadableOf(policy).map(({ type, message }) => holds(type, 'InvalidField', message)),
    ...(missingTier === undefined
      ? []
      : [
          holds(
            'TierMissing',
            'TierNotFound',
            `spec.tier ${missingTier.slice(0, longestTold)} is not there (yet): until it is, the policy is of the tier of those that name none`,
          ),
        ]),
    ...(missingGroups.length > 0
      ? [
          holds(
            'ReferencesMissing',
            'ClusterGroupNotFound',
            `ClusterGroups that are not there (yet) and select nothing: ${some(missingGroups)}`,
          ),
        ]
      : []),
    ...(equal ? [holds('OrderUndecided', 'EqualPriority', equalText(policy, equal))] : []),
  ];
}

/** What a policy has of which something cannot be read, for conditions and events. */
export interface UnreadableFields {
  /** `RulesLeftOut`: it selects nothing. `RulesWidened`: it stands for everything. */
  readonly type: 'RulesLeftOut' | 'RulesWidened';
  readonly message: string;
}

/** What cannot be read of a policy: one for what opens nothing by selecting nothing, one for what denies more than was meant. */
export function unreadableOf({ problems }: ConvertedPolicy): UnreadableFields[] {
  const of = (effect: PolicyProblem['effect']): string[] =>
    problems.filter((problem) => problem.effect === effect).map(({ text }) => text);
  const [without, wide] = [of('leftOut'), of('widened')];
  return [
    ...(without.length > 0
      ? [{ type: 'RulesLeftOut', message: `${some(without)}. Other rules and the isolation of Pods hold` } as const]
      : []),
    ...(wide.length > 0 ? [{ type: 'RulesWidened', message: some(wide) } as const] : []),
  ];
}

function some(texts: readonly string[]): string {
  const more = texts.length - mostTold;
  const told = texts.slice(0, mostTold).map((text) => text.slice(0, longestTold));
  return `${told.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

function equalText(
  { priority }: ConvertedPolicy,
  { direction, rule, action, other, otherAction }: EqualPriority,
): string {
  const field = `spec.${direction === 'In' ? 'ingress' : 'egress'}[${rule}]`;
  const { namespace, name } = other.source;
  return (
    `${field} has action ${action}; that of ${namespace === undefined ? '' : `${namespace}/`}${name}, of the same tier, ` +
    `priority (${priority}) and index, has ${otherAction} and applies to some of the same Pods. ` +
    'The one that denies decides; give one of them another priority'
  );
}

function holds(type: string, reason: string, message: string): FoundCondition {
  return { type, status: 'True', reason, message };
}
