import type { PolicyCondition } from '@antrea-ts/apis';
import type { ConvertedPolicy, EqualPriority } from '@antrea-ts/policy';

/** A condition before it is known since when it holds. */
export type FoundCondition = Omit<PolicyCondition, 'lastTransitionTime'>;

/** Reasons that are told at once; the rest is counted. */
const mostTold = 5;

/** What the author of a policy should know of it; nothing where all is as it looks. */
export function conditionsOf(policy: ConvertedPolicy, equal: EqualPriority | undefined): FoundCondition[] {
  const { problems, missingGroups = [] } = policy;
  return [
    ...(problems.length > 0 ? [holds('RulesLeftOut', 'InvalidField', problemsText(problems))] : []),
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

/** Why rules were left out, for conditions and events. */
export function problemsText(problems: readonly string[]): string {
  return `${some(problems)}. Other rules and the isolation of Pods hold`;
}

function some(texts: readonly string[]): string {
  const more = texts.length - mostTold;
  return `${texts.slice(0, mostTold).join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
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
