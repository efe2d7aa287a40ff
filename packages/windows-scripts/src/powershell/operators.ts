import { UnknownSyntax } from './signals.js';
import { isList, sameValue, Table, textOf, unrolled, type Value } from './values.js';

interface Compared {
  readonly value: Value;
  /** What `-match` leaves in `$Matches`. */
  readonly matches?: Table;
}

/** `left -operator right`. */
export function compare(operator: string, left: Value, right: Value): Compared {
  switch (operator) {
    case '-eq':
      return { value: sameValue(left, right) };
    case '-ne':
      return { value: !sameValue(left, right) };
    case '-ge':
      return { value: Number(left) >= Number(right) };
    case '-le':
      return { value: Number(left) <= Number(right) };
    case '-contains':
      return { value: unrolled(left).some((each) => sameValue(each, right)) };
    case '-notcontains':
      return { value: !unrolled(left).some((each) => sameValue(each, right)) };
    case '-in':
      return { value: unrolled(right).some((each) => sameValue(each, left)) };
    case '-notin':
      return { value: !unrolled(right).some((each) => sameValue(each, left)) };
    case '-join':
      return { value: (isList(left) ? left : [left]).map(textOf).join(textOf(right)) };
    case '-split':
      return { value: textOf(left).split(new RegExp(textOf(right), 'i')) };
    case '-match':
      return matched(textOf(left), textOf(right));
    default:
      throw new UnknownSyntax(operator);
  }
}

function matched(text: string, pattern: string): Compared {
  const match = new RegExp(pattern, 'i').exec(text);
  if (!match) return { value: false };
  const matches = new Table();
  match.forEach((group, index) => group !== undefined && matches.set(index, group));
  for (const [name, group] of Object.entries(match.groups ?? {})) if (group !== undefined) matches.set(name, group);
  return { value: true, matches };
}

/** `*` and `?` as `-like` has them. */
export function isLike(text: Value, pattern: Value): boolean {
  const source = textOf(pattern)
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'i').test(textOf(text));
}
