import type { AntreaPolicy, AntreaPolicyRule, AntreaPolicySpec, RuleDirection } from '@antrea-ts/apis';
import { antreaPriorityShape } from './object-shapes.js';
import { leftOut, show, widened, type PolicyProblem } from './unreadable.js';

const actions: readonly unknown[] = ['Allow', 'Drop', 'Reject'];
/** Before all others of its tier. */
const firstPriority = 1;

/** Fields that may be anything: the policy may have been stored when nothing checked it. */
type UncheckedSpec = Partial<AntreaPolicySpec>;

/** A policy of which nothing is known applies to nobody. */
export function readSpec({ spec }: AntreaPolicy, problems: PolicyProblem[]): UncheckedSpec {
  if (isObject(spec)) return spec;
  problems.push(leftOut('spec is no object', 'the policy applies to nobody'));
  return {};
}

/**
 * A policy whose priority cannot be read denies before all others of its tier, and allows nothing: it is not known before
 * whom it was to do either.
 */
export function readPriority(
  { priority }: UncheckedSpec,
  problems: PolicyProblem[],
): { readonly priority: number; readonly isKnown: boolean } {
  const problem = priority === undefined ? { what: 'is missing' } : antreaPriorityShape(priority);
  if (priority !== undefined && !problem) return { priority, isKnown: true };
  const holds = 'rules that deny come first in the tier, and rules that allow are left out';
  problems.push(widened(`spec.priority ${problem?.what}`, holds));
  return { priority: firstPriority, isKnown: false };
}

/** The name of the tier; empty for the one of policies that name none. */
export function readTier({ tier = '' }: UncheckedSpec, problems: PolicyProblem[]): string {
  if (typeof tier === 'string') return tier;
  problems.push(leftOut('spec.tier is not text', 'the policy is of the tier of those that name none'));
  return '';
}

/** A rule where it stands, not read yet. */
export interface PlacedRule {
  readonly rule: AntreaPolicyRule;
  readonly direction: RuleDirection;
  readonly index: number;
  readonly field: string;
}

/** The rules of a direction. Something else than a list of them is one that cannot be read. */
export function readRuleList(spec: UncheckedSpec, direction: RuleDirection): PlacedRule[] {
  const list = direction === 'In' ? 'ingress' : 'egress';
  const written = spec[list] ?? [];
  if (!Array.isArray(written)) {
    return [{ rule: written as unknown as AntreaPolicyRule, direction, index: 0, field: `spec.${list}` }];
  }
  return (written as readonly AntreaPolicyRule[]).map((rule, index) => ({
    rule,
    direction,
    index,
    field: `spec.${list}[${index}]`,
  }));
}

/** A rule with an action, ports, peers and targets still to be read. Of which nothing can be read denies everything. */
export function readRule(rule: AntreaPolicyRule, field: string, problems: PolicyProblem[]): AntreaPolicyRule {
  if (!isObject(rule)) {
    problems.push(widened(`${field} is no rule`, 'it denies everything to whom the policy applies'));
    return { action: 'Drop' };
  }
  const { name, enableLogging, action, ...rest } = rule;
  if (!actions.includes(action)) {
    const what = `${field}.action ${show(action)} is none of ${actions.join(', ')}`;
    problems.push(widened(what, 'the rule drops'));
  }
  const isNamed = name === undefined || typeof name === 'string';
  if (!isNamed) problems.push(leftOut(`${field}.name is not text`, 'the rule has no name'));
  const isLogged = enableLogging === undefined || typeof enableLogging === 'boolean';
  if (!isLogged) problems.push(leftOut(`${field}.enableLogging is neither true nor false`, 'the rule logs nothing'));
  return {
    ...rest,
    action: actions.includes(action) ? action : 'Drop',
    ...(isNamed && name !== undefined ? { name } : {}),
    ...(isLogged && enableLogging !== undefined ? { enableLogging } : {}),
  };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
