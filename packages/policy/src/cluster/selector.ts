import type { LabelSelector, LabelSelectorRequirement } from '@antrea-ts/apis';

export type Labels = Readonly<Record<string, string>>;

/** A label selector, read once. */
export interface Selector {
  /**
   * Its text as Kubernetes writes selectors, requirements sorted by key. Selectors with the same text select the same;
   * 1.3 makes the names of groups from it.
   */
  readonly text: string;
  readonly matches: (labels: Labels) => boolean;
  /**
   * Terms of which every match has one: `key=value`, or `key` alone for any value. Undefined: there are none, and all
   * have to be asked. What is found by its terms needs no scan.
   */
  readonly terms: readonly string[] | undefined;
}

/** Selects everything. */
export const everything: Selector = { text: '', matches: () => true, terms: undefined };

const selectsNothing: Selector = { text: '<none>', matches: () => false, terms: [] };

/**
 * Reads a label selector. One that Kubernetes would refuse (an operator that is none, `In` without values) selects
 * nothing.
 */
export function readSelector(selector: LabelSelector): Selector {
  const requirements = [...equalities(selector), ...(selector.matchExpressions ?? [])];
  if (requirements.length === 0) return everything;
  if (!requirements.every(isValid)) return selectsNothing;
  const sorted = requirements.toSorted((a, b) => compareText(a.key, b.key));
  return {
    text: sorted.map(requirementText).join(','),
    matches: (labels) => requirements.every((requirement) => meets(labels, requirement)),
    terms: bestTerms(requirements),
  };
}

/** The terms that a set of labels is found by. */
export function termsOf(labels: Labels): string[] {
  return Object.entries(labels).flatMap(([key, value]) => [`${key}=${value}`, key]);
}

interface Requirement extends LabelSelectorRequirement {
  /** Written as `matchLabels`, which shows in the text. */
  readonly isEquality?: boolean;
}

function equalities({ matchLabels = {} }: LabelSelector): Requirement[] {
  return Object.entries(matchLabels).map(([key, value]) => ({
    key,
    operator: 'In',
    values: [value],
    isEquality: true,
  }));
}

function isValid({ key, operator, values = [] }: Requirement): boolean {
  if (typeof key !== 'string') return false;
  if (operator === 'In' || operator === 'NotIn') return values.length > 0;
  return operator === 'Exists' || operator === 'DoesNotExist';
}

function meets(labels: Labels, { key, operator, values = [] }: Requirement): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}

function requirementText({ key, operator, values = [], isEquality }: Requirement): string {
  if (isEquality) return `${key}=${values[0]}`;
  switch (operator) {
    case 'In':
      return `${key} in (${[...values].sort(compareText).join(',')})`;
    case 'NotIn':
      return `${key} notin (${[...values].sort(compareText).join(',')})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
  }
}

/** The requirement with the fewest values; values are likelier to be rare than keys. */
function bestTerms(requirements: readonly Requirement[]): readonly string[] | undefined {
  let best: Requirement | undefined;
  for (const requirement of requirements) {
    if (requirement.operator === 'In' && (!best?.values || (requirement.values?.length ?? 0) < best.values.length)) {
      best = requirement;
    } else if (requirement.operator === 'Exists') best ??= requirement;
  }
  if (!best) return undefined;
  return best.operator === 'Exists' ? [best.key] : [...new Set(best.values)].map((value) => `${best.key}=${value}`);
}

/** By code units, as Go sorts strings that are ASCII. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
