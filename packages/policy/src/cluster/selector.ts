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

/** What a selector is that Kubernetes would refuse. */
export const selectsNothing: Selector = { text: '<none>', matches: () => false, terms: [] };

/** Few selectors are written by many: they are read once. */
const known = new Map<string, Selector>();
/** Those of one label, as most are, by its key and value: they are found without making their text. */
const knownOfOneLabel = new Map<string, Map<string, Selector>>();
const maxKnown = 20_000;
let knownCount = 0;

/**
 * Reads a label selector. One that Kubernetes would refuse (an operator that is none, `In` without values) selects
 * nothing.
 */
export function readSelector(selector: LabelSelector): Selector {
  const key = keyOfOneLabel(selector);
  return key === undefined ? readRequirements(selector) : readOneLabel(key, selector.matchLabels![key]!);
}

/** The key of a selector of one label and nothing else; undefined for others. */
function keyOfOneLabel(selector: LabelSelector | null): string | undefined {
  const { matchLabels, matchExpressions } = selector ?? {};
  if (typeof matchLabels !== 'object' || matchExpressions !== undefined) return undefined;
  let found: string | undefined;
  for (const key in matchLabels) {
    if (found !== undefined || typeof matchLabels[key] !== 'string') return undefined;
    found = key;
  }
  return found;
}

function readOneLabel(key: string, value: string): Selector {
  const before = knownOfOneLabel.get(key)?.get(value);
  if (before) return before;
  const text = `${key}=${value}`;
  const matches = (labels: Labels): boolean => labels[key] === value;
  const read: Selector = { text, matches, terms: [text] };
  countOneMore();
  const values = knownOfOneLabel.get(key) ?? new Map<string, Selector>();
  knownOfOneLabel.set(key, values.set(value, read));
  return read;
}

function readRequirements(selector: LabelSelector): Selector {
  const requirements = requirementsOf(selector);
  if (!requirements) return selectsNothing;
  if (requirements.length === 0) return everything;
  if (requirements.length > 1) requirements.sort((a, b) => compareText(a.key, b.key));
  const text = requirements.map(requirementText).join(',');
  const before = known.get(text);
  if (before) return before;
  const read: Selector = {
    text,
    matches: (labels) => requirements.every((requirement) => meets(labels, requirement)),
    terms: bestTerms(requirements),
  };
  countOneMore();
  known.set(text, read);
  return read;
}

function countOneMore(): void {
  knownCount += 1;
  if (knownCount <= maxKnown) return;
  knownCount = 1;
  known.clear();
  knownOfOneLabel.clear();
}

/** Whether a label selector is one that Kubernetes would refuse. */
export function isBrokenSelector(selector: LabelSelector | undefined): boolean {
  return selector !== undefined && readSelector(selector) === selectsNothing;
}

/** The terms that a set of labels is found by. */
export function termsOf(labels: Labels): string[] {
  const terms: string[] = [];
  for (const key in labels) terms.push(`${key}=${labels[key]}`, key);
  return terms;
}

interface Requirement extends LabelSelectorRequirement {
  /** Written as `matchLabels`, which shows in the text. */
  readonly isEquality?: boolean;
}

/** Undefined where something is not as it must be: objects may have been stored before anything checked them. */
function requirementsOf(selector: LabelSelector): Requirement[] | undefined {
  if (typeof selector !== 'object' || selector === null || Array.isArray(selector)) return undefined;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  if (typeof matchLabels !== 'object' || matchLabels === null || Array.isArray(matchLabels)) return undefined;
  if (!Array.isArray(matchExpressions)) return undefined;
  const requirements: Requirement[] = [];
  for (const [key, value] of Object.entries(matchLabels)) {
    if (typeof value !== 'string') return undefined;
    requirements.push({ key, operator: 'In', values: [value], isEquality: true });
  }
  for (const expression of matchExpressions as readonly (Requirement | null)[]) {
    if (!isValid(expression)) return undefined;
    requirements.push(expression);
  }
  return requirements;
}

function isValid(requirement: Requirement | null): requirement is Requirement {
  const { key, operator, values = [] } = requirement ?? {};
  if (typeof key !== 'string' || !Array.isArray(values) || !values.every((value) => typeof value === 'string')) {
    return false;
  }
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
