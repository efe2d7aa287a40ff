import { type ApiObject, at, textAt } from './object.js';
import { ApiError } from './status.js';

export type Predicate = (object: ApiObject) => boolean;

const everything: Predicate = () => true;

/** Reads a label selector: `a=b,c!=d,e in (f,g),h notin (i),j,!k`. */
export function parseLabelSelector(text: string | undefined): Predicate {
  if (!text) return everything;
  const terms = splitTerms(text).map(labelTerm);
  return ({ metadata }) => terms.every((term) => term(metadata.labels ?? {}));
}

type LabelTerm = (labels: Readonly<Record<string, string>>) => boolean;

const key = String.raw`([A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?)`;
const setTerm = new RegExp(String.raw`^${key}\s+(in|notin)\s*\(([^()]*)\)$`);
const equalTerm = new RegExp(String.raw`^${key}\s*(==|=|!=)\s*([-A-Za-z0-9_.]*)$`);
const existsTerm = new RegExp(String.raw`^(!?)\s*${key}$`);

function labelTerm(term: string): LabelTerm {
  const set = setTerm.exec(term);
  if (set) {
    const [, name = '', , operator, list = ''] = set;
    const values = new Set(list.split(',').map((value) => value.trim()));
    if (operator === 'in') return (labels) => Object.hasOwn(labels, name) && values.has(labels[name] ?? '');
    return (labels) => !Object.hasOwn(labels, name) || !values.has(labels[name] ?? '');
  }
  const equal = equalTerm.exec(term);
  if (equal) {
    const [, name = '', , operator, value] = equal;
    if (operator === '!=') return (labels) => !Object.hasOwn(labels, name) || labels[name] !== value;
    return (labels) => Object.hasOwn(labels, name) && labels[name] === value;
  }
  const exists = existsTerm.exec(term);
  if (exists) {
    const [, not, name = ''] = exists;
    return (labels) => Object.hasOwn(labels, name) !== (not === '!');
  }
  throw new ApiError('BadRequest', `unable to parse requirement: "${term}" is not a label selector term`);
}

/** Splits at commas outside parentheses. */
function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let depth = 0;
  let term = '';
  for (const character of text) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (character === ',' && depth === 0) {
      terms.push(term.trim());
      term = '';
    } else term += character;
  }
  terms.push(term.trim());
  return terms.filter((part) => part !== '');
}

/** Reads a field selector: `spec.nodeName=a,status.phase!=Running`, of fields that the resource offers. */
export function parseFieldSelector(text: string | undefined, selectable: readonly string[]): Predicate {
  if (!text) return everything;
  const known = new Set(['metadata.name', 'metadata.namespace', ...selectable]);
  const terms = text
    .split(',')
    .filter((term) => term.trim() !== '')
    .map((term) => {
      const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(term.trim());
      if (!match) throw new ApiError('BadRequest', `invalid field selector: "${term}"`);
      const [, path = '', operator, value = ''] = match;
      if (!known.has(path)) throw new ApiError('BadRequest', `field label not supported: ${path}`);
      return { path: path.split('.'), equal: operator !== '!=', value };
    });
  return (object) => terms.every(({ path, equal, value }) => (fieldText(object, path) === value) === equal);
}

function fieldText(object: ApiObject, path: readonly string[]): string {
  const value = at(object, ...path);
  if (path.join('.') === 'source') return textAt(object, 'source', 'component');
  return textAt(value);
}
