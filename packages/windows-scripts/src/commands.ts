import type { Node } from 'web-tree-sitter';
import { ancestorsOf, childOf, nodesIn } from './syntax.js';

/** A command in a script, with the names of the parameters that it is given. */
export interface UsedCommand {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly node: Node;
}

/** The commands that a script runs by name. Parameters from a table (`@on`) count where the same function writes the table. */
export function commandsIn(root: Node): readonly UsedCommand[] {
  const tables = tablesIn(root);
  return [...nodesIn(root)]
    .filter(({ type }) => type === 'command')
    .flatMap((node) => {
      const name = childOf(node, 'command_name')?.text;
      if (name === undefined) return [];
      const parameters = (childOf(node, 'command_elements')?.namedChildren ?? []).flatMap((element) => {
        if (element.type === 'command_parameter') return [element.text.slice(1)];
        if (!element.text.startsWith('@')) return [];
        const variable = element.text.slice(1);
        return tables.get(keyOf(functionOf(node), variable)) ?? tables.get(keyOf(undefined, variable)) ?? [];
      });
      return [{ name, parameters, node }];
    });
}

/** A function that a script defines, with its parameters. */
export interface DefinedFunction {
  readonly name: string;
  readonly parameters: readonly string[];
}

export function functionsIn(root: Node): readonly DefinedFunction[] {
  return [...nodesIn(root)]
    .filter(({ type }) => type === 'function_statement')
    .map((node) => ({ name: childOf(node, 'function_name')?.text ?? '', parameters: parametersOf(node) }));
}

/** The parameters of a function; of a script, those that are no function's. */
export function parametersOf(node: Node): readonly string[] {
  return [...nodesIn(node)]
    .filter((each) => each.type === 'script_parameter' && (node.type === 'function_statement' || !functionOf(each)))
    .flatMap((parameter) => childOf(parameter, 'variable')?.text.slice(1) ?? []);
}

/** The function that a node is in. */
export function functionOf(node: Node): Node | undefined {
  return [...ancestorsOf(node)].find(({ type }) => type === 'function_statement');
}

const keyOf = (scope: Node | undefined, name: string): string =>
  `${scope?.startIndex ?? 'script'} ${name.toLowerCase()}`;

/** Keys of the tables that a script writes, by function and variable. */
function tablesIn(root: Node): ReadonlyMap<string, readonly string[]> {
  const tables = new Map<string, string[]>();
  for (const assignment of nodesIn(root)) {
    if (assignment.type !== 'assignment_expression') continue;
    const match = /^\$(\w+)(?:\['(\w+)'\])?\s*=/.exec(assignment.text);
    if (!match) continue;
    const [, variable = '', index] = match;
    const key = keyOf(functionOf(assignment), variable);
    tables.set(key, [...(tables.get(key) ?? []), ...(index === undefined ? keysIn(assignment) : [index])]);
  }
  return tables;
}

function keysIn(assignment: Node): string[] {
  const body = [...nodesIn(assignment)].find(({ type }) => type === 'hash_literal_body');
  return (body?.namedChildren ?? [])
    .filter(({ type }) => type === 'hash_entry')
    .flatMap((entry) => childOf(entry, 'key_expression')?.text ?? []);
}
