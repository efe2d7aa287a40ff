import type { RuleSpec } from './table-rules.js';

/** A rule as text that `iptables-restore` reads; arguments with spaces are quoted. */
export function formatRule(rule: RuleSpec): string {
  return rule.map((word) => (/^[^\s"'\\]+$/.test(word) ? word : `"${word.replaceAll(/["\\]/g, '\\$&')}"`)).join(' ');
}

/** The words of a line as `iptables -S` prints it: quotes and backslashes resolved. */
export function splitWords(line: string): readonly string[] {
  const words: string[] = [];
  for (const [, quoted, plain] of line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)) {
    words.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll(/\\(.)/g, '$1'));
  }
  return words;
}

/**
 * One text for all spellings of the same rule. Versions differ in the order of matches and in a few spellings; within
 * a match the order of options is free.
 */
export function canonicalRule(rule: RuleSpec): string {
  const groups: string[][] = [[]];
  let negated = false;
  for (const word of rule.flatMap(respell)) {
    if (word === '!') {
      negated = true;
      continue;
    }
    const opensGroup = word === '-m' || word === '-j';
    if (opensGroup) groups.push([]);
    const group = groups.at(-1) as string[];
    if (word.startsWith('-') || group.length === 0) group.push(negated ? `! ${word}` : word);
    else group[group.length - 1] += ` ${word}`;
    negated = false;
  }
  const [basic, ...matches] = groups.map((group) => group.toSorted().join(' '));
  return [basic, ...matches.toSorted()].join(' ').trim();
}

function respell(word: string, index: number, rule: RuleSpec): readonly string[] {
  if (word === 'NOTRACK') return ['CT', '--notrack'];
  if (word === '--to') return ['--to-source'];
  const afterMark = rule[index - 1] === '--mark' || rule[index - 1] === '--set-xmark';
  // Leading zeros of marks are written by some and dropped by others.
  return [afterMark ? word.toLowerCase().replaceAll(/0x0+(?=[\da-f])/g, '0x') : word];
}
