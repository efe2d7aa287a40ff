import type { Node } from 'web-tree-sitter';
import { childOf } from '../syntax.js';
import { evaluate } from './expressions.js';
import type { Interpreter } from './interpreter.js';
import type { Given } from './parameters.js';
import { ScriptError, UnknownSyntax } from './signals.js';
import { Block, Table, textOf, unrolled, type Value } from './values.js';

interface Call {
  /** Name of a command, path of a script or a program, or a block. */
  readonly target: Value;
  readonly given: Given;
}

/** Reads a command with its arguments: `Name -Parameter value @table`, `& $path @arguments`. */
export function readCommand(machine: Interpreter, node: Node): Call {
  const name = childOf(node, 'command_name');
  const expression = childOf(node, 'command_name_expr');
  const target = name ? name.text : evaluate(machine, innermost(expression!));
  const named = new Map<string, Value>();
  const positional: Value[] = [];
  const elements = (childOf(node, 'command_elements')?.children ?? []).filter(
    ({ type, text }) => type !== 'command_argument_sep' || text === ':',
  );
  for (let at = 0; at < elements.length; at += 1) {
    const element = elements[at]!;
    if (element.type === 'redirection') continue;
    if (element.text.startsWith('@') && /^@\w+$/.test(element.text))
      splat(machine, element.text.slice(1), named, positional);
    else if (element.type === 'command_parameter') {
      const follows = elements[at + 1];
      const bound = follows?.text === ':';
      const value = bound ? elements[at + 2] : follows;
      const takes =
        value !== undefined &&
        value.type !== 'command_parameter' &&
        value.type !== 'redirection' &&
        !/^@\w+$/.test(value.text);
      named.set(element.text.slice(1).toLowerCase(), takes ? evaluate(machine, value) : true);
      at += bound ? 2 : takes ? 1 : 0;
    } else positional.push(evaluate(machine, element));
  }
  return { target, given: { named, positional } };
}

function innermost(node: Node): Node {
  return node.namedChildren.length === 1 && node.type !== 'variable' ? innermost(node.namedChildren[0]!) : node;
}

function splat(machine: Interpreter, name: string, named: Map<string, Value>, positional: Value[]): void {
  const value = machine.variable(name);
  if (value === undefined) throw ScriptError.of(`The variable '@${name}' has not been set.`);
  if (value instanceof Table) for (const [key, each] of value.entries()) named.set(key.toLowerCase(), each);
  else positional.push(...unrolled(value));
}

export function runCommand(machine: Interpreter, { target, given }: Call, input: readonly Value[]): readonly Value[] {
  if (target instanceof Block) return machine.callBlock(target);
  const name = textOf(target);
  const own = machine.session.current.findFunction(name);
  if (own) return machine.callFunction(own, given);
  // A switch in front of something positional, `Split-Path -Parent $path`, has taken it: cmdlets sort that out themselves.
  if (name.endsWith('.ps1')) return machine.runScript(name, given);
  const output = machine.host.cmdlet(name, given, input, machine);
  if (output) return output;
  const ran = machine.host.program(
    name,
    given.positional.flatMap((each) => unrolled(each).map(textOf)),
  );
  if (!ran)
    throw ScriptError.of(
      `The term '${name}' is not recognized as the name of a cmdlet, function, script file, or operable program.`,
    );
  if (given.named.size > 0) throw new UnknownSyntax(`${name} -${[...given.named.keys()].join(' -')}`);
  machine.lastExitCode = ran.code;
  return ran.output;
}
