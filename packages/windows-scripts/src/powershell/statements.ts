import type { Node } from 'web-tree-sitter';
import { childOf } from '../syntax.js';
import type { Interpreter } from './interpreter.js';
import { errorRecord, ExitSignal, LoopSignal, ReturnSignal, ScriptError, UnknownSyntax } from './signals.js';
import { truthOf, unrolled, type Value } from './values.js';

/** Runs a statement; what it emits is added to the output. */
export function runStatement(machine: Interpreter, node: Node, output: Value[]): void {
  switch (node.type) {
    case 'comment':
    case 'empty_statement':
      return;
    case 'pipeline':
      output.push(...machine.pipeline(node));
      return;
    case 'function_statement': {
      const { session } = machine;
      const name = childOf(node, 'function_name')!.text;
      session.current.functions.set(name.toLowerCase(), { name, node, session });
      return;
    }
    case 'if_statement':
      return runIf(machine, node, output);
    case 'foreach_statement':
      return runForeach(machine, node, output);
    case 'for_statement':
      return runFor(machine, node, output);
    case 'try_statement':
      return runTry(machine, node, output);
    case 'flow_control_statement':
      return runFlow(machine, node, output);
    default:
      throw new UnknownSyntax(`${node.type}: ${node.text.slice(0, 60)}`);
  }
}

function runIf(machine: Interpreter, node: Node, output: Value[]): void {
  const branches = [node, ...(childOf(node, 'elseif_clauses')?.namedChildren ?? [])];
  for (const branch of branches) {
    if (truthOf(machine.valueOf(childOf(branch, 'pipeline')!)))
      return machine.runBlock(childOf(branch, 'statement_block'), output);
  }
  const otherwise = childOf(node, 'else_clause');
  if (otherwise) machine.runBlock(childOf(otherwise, 'statement_block'), output);
}

function runForeach(machine: Interpreter, node: Node, output: Value[]): void {
  const [variable, list, body] = node.namedChildren;
  const found = machine.valueOf(list!);
  runLoop(machine, found === null ? [] : unrolled(found), body, output, (each) => machine.assign(variable!, each));
}

function runFor(machine: Interpreter, node: Node, output: Value[]): void {
  const parts = ['for_initializer', 'for_condition', 'for_iterator'].map(
    (type) => childOf(node, type)!.namedChildren[0]!,
  );
  const [initializer, condition, iterator] = parts;
  const goesOn = (): boolean => truthOf(machine.valueOf(condition!));
  const steps = function* (): Generator<Value> {
    for (machine.valueOf(initializer!); goesOn(); machine.valueOf(iterator!)) yield null;
  };
  runLoop(machine, steps(), childOf(node, 'statement_block'), output, () => null);
}

function runLoop(
  machine: Interpreter,
  values: Iterable<Value>,
  body: Node | undefined,
  output: Value[],
  each: (value: Value) => unknown,
): void {
  for (const value of values) {
    each(value);
    try {
      machine.runBlock(body, output);
    } catch (signal) {
      if (!(signal instanceof LoopSignal)) throw signal;
      if (signal.kind === 'break') return;
    }
  }
}

function runTry(machine: Interpreter, node: Node, output: Value[]): void {
  try {
    machine.runBlock(childOf(node, 'statement_block'), output);
  } catch (error) {
    const clauses = childOf(node, 'catch_clauses');
    if (!(error instanceof ScriptError) || !clauses) throw error;
    machine.session.current.set('_', errorRecord(error));
    machine.runBlock(childOf(clauses.namedChildren[0]!, 'statement_block'), output);
  } finally {
    const last = childOf(node, 'finally_clause');
    if (last) machine.runBlock(childOf(last, 'statement_block'), output);
  }
}

function runFlow(machine: Interpreter, node: Node, output: Value[]): void {
  const [value] = node.namedChildren;
  switch (node.children[0]!.text.toLowerCase()) {
    case 'return':
      if (value) output.push(...machine.pipeline(value));
      throw new ReturnSignal();
    case 'break':
      throw new LoopSignal('break');
    case 'continue':
      throw new LoopSignal('continue');
    case 'exit':
      throw new ExitSignal(value ? Number(machine.valueOf(value)) : 0);
    case 'throw':
      throw new ScriptError(machine.valueOf(value!) as ScriptError['exception']);
    default:
      throw new UnknownSyntax(node.text);
  }
}
