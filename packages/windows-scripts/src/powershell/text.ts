import type { Node } from 'web-tree-sitter';
import { evaluate } from './expressions.js';
import type { Interpreter } from './interpreter.js';
import { textOf } from './values.js';

export function verbatimText(literal: string): string {
  return literal.slice(1, -1).replaceAll("''", "'");
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', 0: '\0' };

function unescaped(text: string): string {
  return text.replaceAll(/`([\s\S])|""/g, (_, escaped?: string) =>
    escaped === undefined ? '"' : (escapes[escaped] ?? escaped),
  );
}

/** Text in double quotes, or between `@"` and `"@`: what stands between its variables, and what they are. */
export function expandText(machine: Interpreter, node: Node): string {
  const here = node.text.startsWith('@');
  const [opening, closing] = here ? [node.text.indexOf('\n') + 1, 3] : [1, 1];
  let at = node.startIndex + opening;
  let text = '';
  for (const part of node.namedChildren) {
    const before = node.text.slice(at - node.startIndex, part.startIndex - node.startIndex);
    // Where a line begins with it, the grammar does not see that the `$` is escaped.
    if (/(^|[^`])(``)*`$/.test(before)) continue;
    text += unescaped(before);
    text += textOf(evaluate(machine, part));
    at = part.endIndex;
  }
  return text + unescaped(node.text.slice(at - node.startIndex, node.text.length - closing));
}
