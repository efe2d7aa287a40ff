import type { Node } from 'web-tree-sitter';
import { childOf, nodesIn } from '../syntax.js';
import { evaluate } from './expressions.js';
import type { Interpreter } from './interpreter.js';
import { cast } from './members.js';
import type { Scope } from './session.js';
import { ScriptError } from './signals.js';
import { Block, textOf, truthOf, type PsObject, type Value } from './values.js';

/** What a command is given: by name, and what has none. */
export interface Given {
  readonly named: ReadonlyMap<string, Value>;
  readonly positional: readonly Value[];
}

export const nothingGiven: Given = { named: new Map(), positional: [] };

const common = ['erroraction', 'verbose', 'informationaction', 'whatif', 'confirm'];

/** Gives a script or a function its parameters, as it declares them. */
export function bindParameters(machine: Interpreter, scope: Scope, node: Node, given: Given, name: string): void {
  const declaration = declarationOf(node);
  const parameters = declaration ? [...nodesIn(declaration)].filter(({ type }) => type === 'script_parameter') : [];
  const isAdvanced = declaration?.type === 'param_block' && /CmdletBinding/.test(declaration.text);
  const positional = [...given.positional];
  const known = new Set(isAdvanced ? common : []);
  if (isAdvanced) bindCommon(machine, scope, given);
  for (const parameter of parameters) {
    const own = childOf(parameter, 'variable')!.text.slice(1);
    known.add(own.toLowerCase());
    const attributes = childOf(parameter, 'attribute_list')?.namedChildren ?? [];
    const type = attributes.map((each) => childOf(each, 'type_literal')?.text).find((text) => text !== undefined);
    let value = given.named.get(own.toLowerCase());
    if (value === undefined && type !== '[switch]') value = positional.shift();
    if (value === undefined) {
      scope.set(own, absent(machine, parameter, type, `${name} -${own}`));
      continue;
    }
    for (const attribute of attributes) validate(machine, attribute, value, own);
    scope.set(own, type === undefined ? value : cast(type, value));
  }
  for (const each of given.named.keys()) {
    if (!known.has(each))
      throw ScriptError.of(`${name}: A parameter cannot be found that matches parameter name '${each}'.`);
  }
  if (positional.length > 0)
    throw ScriptError.of(`${name}: A positional parameter cannot be found that accepts '${textOf(positional[0]!)}'.`);
}

function declarationOf(node: Node): Node | undefined {
  const inFront = childOf(node, 'function_parameter_declaration');
  if (inFront) return inFront;
  const body = childOf(node, 'script_block') ?? node;
  return childOf(body, 'param_block');
}

function absent(machine: Interpreter, parameter: Node, type: string | undefined, name: string): Value {
  const standard = childOf(parameter, 'script_parameter_default');
  if (standard) return evaluate(machine, standard.namedChildren[0]!);
  if (/\[Parameter\(Mandatory\)\]/.test(parameter.text)) throw ScriptError.of(`${name}: it is mandatory`);
  if (type === '[switch]') return false;
  return type === '[string]' ? '' : null;
}

function bindCommon(machine: Interpreter, scope: Scope, { named }: Given): void {
  const whatIf = truthOf(named.get('whatif') ?? scope.find('WhatIfPreference') ?? false);
  scope.set('WhatIfPreference', whatIf);
  const caller: PsObject = {
    ShouldProcess: (target = '', action = '') => {
      if (whatIf)
        machine.host.tell(`What if: Performing the operation "${textOf(action)}" on target "${textOf(target)}".`);
      return !whatIf;
    },
  };
  scope.set('PSCmdlet', caller);
}

function validate(machine: Interpreter, attribute: Node, value: Value, name: string): void {
  const kind = childOf(attribute, 'attribute_name')?.text;
  const argument = childOf(attribute, 'attribute_arguments')?.namedChildren[0]?.namedChildren[0];
  const refuse = (): never => {
    throw ScriptError.of(`Cannot validate argument on parameter '${name}'.`);
  };
  if (kind === 'ValidatePattern' && !new RegExp(textOf(evaluate(machine, argument!)), 'i').test(textOf(value)))
    refuse();
  if (kind === 'ValidateNotNullOrEmpty' && textOf(value) === '') refuse();
  if (kind === 'ValidateScript') {
    const block = evaluate(machine, argument!);
    if (!(block instanceof Block) || !machine.callBlock(block, { _: value }).some(truthOf)) refuse();
  }
}
