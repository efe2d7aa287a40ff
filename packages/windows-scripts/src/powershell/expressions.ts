import type { Node } from 'web-tree-sitter';
import { childOf } from '../syntax.js';
import type { Interpreter } from './interpreter.js';
import { callMethod, cast, memberOf, staticMember } from './members.js';
import { compare } from './operators.js';
import { ScriptError, UnknownSyntax } from './signals.js';
import { expandText, verbatimText } from './text.js';
import { Block, collapsed, isList, Table, textOf, truthOf, unrolled, type Value } from './values.js';

/** The value of an expression. */
export function evaluate(machine: Interpreter, node: Node): Value {
  const { namedChildren: parts } = node;
  const [first] = parts;
  switch (node.type) {
    case 'logical_expression':
    case 'logical_argument_expression':
      return parts.length === 1 ? evaluate(machine, first!) : logical(machine, node);
    case 'comparison_expression':
    case 'comparison_argument_expression':
      return parts.length === 1 ? evaluate(machine, first!) : comparison(machine, node);
    case 'additive_expression':
    case 'additive_argument_expression':
      return parts.length === 1
        ? evaluate(machine, first!)
        : added(evaluate(machine, first!), evaluate(machine, parts[1]!));
    case 'array_literal_expression':
      return parts.length === 1 ? evaluate(machine, first!) : parts.map((each) => evaluate(machine, each));
    case 'expression_with_unary_operator':
      return unary(machine, node);
    case 'cast_expression':
      return cast(first!.text, evaluate(machine, parts[1]!));
    case 'variable':
      return variable(machine, node.text);
    case 'integer_literal':
      return Number(node.text);
    case 'string_literal':
      return evaluate(machine, first!);
    case 'verbatim_string_characters':
      return verbatimText(node.text);
    case 'expandable_string_literal':
    case 'expandable_here_string_literal':
      return expandText(machine, node);
    case 'parenthesized_expression':
      return machine.valueOf(first!);
    case 'sub_expression':
      return collapsed(machine.outputOf(childOf(node, 'statement_list')));
    case 'array_expression':
      return machine.outputOf(childOf(node, 'statement_list'));
    case 'hash_literal_expression':
      return table(machine, node);
    case 'script_block_expression':
      return new Block(childOf(node, 'script_block') ?? node, machine.session);
    case 'member_access':
      return member(machine, node);
    case 'element_access':
      return element(evaluate(machine, first!), evaluate(machine, parts[1]!));
    case 'invokation_expression':
      return invocation(machine, node);
    case 'post_increment_expression':
      return machine.assign(first!, Number(evaluate(machine, first!)) + 1);
    case 'generic_token':
      return node.text;
    default:
      // One of the grammar's levels, with nothing of its own.
      if (parts.length === 1 && node.text === first!.text) return evaluate(machine, first!);
      throw new UnknownSyntax(`${node.type}: ${node.text}`);
  }
}

function logical(machine: Interpreter, node: Node): Value {
  const [left, right] = node.namedChildren;
  const operator = node.children.find(({ isNamed }) => !isNamed)!.text.toLowerCase();
  const first = truthOf(evaluate(machine, left!));
  if (operator === '-and') return first && truthOf(evaluate(machine, right!));
  if (operator === '-or') return first || truthOf(evaluate(machine, right!));
  throw new UnknownSyntax(operator);
}

function comparison(machine: Interpreter, node: Node): Value {
  const [left, operator, right] = node.namedChildren;
  const found = compare(operator!.text.toLowerCase(), evaluate(machine, left!), evaluate(machine, right!));
  if (found.matches) machine.session.current.set('Matches', found.matches);
  return found.value;
}

function added(left: Value, right: Value): Value {
  if (isList(left)) return [...left, ...unrolled(right)];
  if (typeof left === 'number') return left + Number(right);
  if (typeof left === 'string') return left + textOf(right);
  throw new UnknownSyntax(`${typeof left} + ${typeof right}`);
}

function unary(machine: Interpreter, node: Node): Value {
  const [operator, operand] = node.children;
  if (operator!.type === 'cast_expression') return evaluate(machine, operator!);
  const value = evaluate(machine, operand!);
  if (operator!.text.toLowerCase() === '-not') return !truthOf(value);
  if (operator!.text === ',') return [value];
  throw new UnknownSyntax(node.text);
}

function variable(machine: Interpreter, text: string): Value {
  const name = text.replace(/^\$\{?|\}$/g, '');
  const known = machine.variable(name);
  // As with Set-StrictMode -Version Latest.
  if (known === undefined)
    throw ScriptError.of(`The variable '$${name}' cannot be retrieved because it has not been set.`);
  return known;
}

function table(machine: Interpreter, node: Node): Table {
  const made = new Table();
  for (const entry of childOf(node, 'hash_literal_body')?.namedChildren ?? []) {
    if (entry.type !== 'hash_entry') continue;
    const [key, value] = entry.namedChildren;
    const literal = key!.namedChildren[0]!;
    made.set(literal.type === 'simple_name' ? literal.text : evaluate(machine, literal), machine.valueOf(value!));
  }
  return made;
}

function member(machine: Interpreter, node: Node): Value {
  const [of, name] = node.namedChildren;
  if (of!.type === 'type_literal') return staticMember(of!.text, name!.text);
  return memberOf(evaluate(machine, of!), name!.text);
}

function element(of: Value, index: Value): Value {
  if (of instanceof Table) return of.get(index);
  if (isList(of)) return of[Number(index)] ?? null;
  throw new UnknownSyntax('an element of what has none');
}

function invocation(machine: Interpreter, node: Node): Value {
  const [of, name, list] = node.namedChildren;
  const given = childOf(list!, 'argument_expression_list')?.namedChildren ?? [];
  const args = given.map((each) => evaluate(machine, each));
  if (of!.type === 'type_literal')
    return machine.host.callStatic(of!.text.slice(1, -1).toLowerCase(), name!.text, args);
  return callMethod(evaluate(machine, of!), name!.text, args);
}
