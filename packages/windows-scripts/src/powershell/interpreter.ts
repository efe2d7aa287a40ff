import type { Node } from 'web-tree-sitter';
import { childOf, type PowerShellParser } from '../syntax.js';
import { readCommand, runCommand } from './commands.js';
import { evaluate } from './expressions.js';
import { bindParameters, type Given } from './parameters.js';
import { Session, type FunctionOf, type Scope } from './session.js';
import { ExitSignal, ReturnSignal, ScriptError, UnknownSyntax } from './signals.js';
import { runStatement } from './statements.js';
import { Block, collapsed, Table, unrolled, type Value } from './values.js';

/** What scripts find outside of themselves: commands of the machine, its environment, its files with scripts. */
export interface ScriptHost {
  /** Runs a cmdlet, or gives undefined when there is none of this name. */
  cmdlet(name: string, given: Given, input: readonly Value[], machine: Interpreter): readonly Value[] | undefined;
  /** Runs a program, or gives undefined when there is none. */
  program(
    path: string,
    args: readonly string[],
  ): { readonly output: readonly string[]; readonly code: number } | undefined;
  callStatic(type: string, method: string, args: readonly Value[]): Value;
  environment(name: string): string | undefined;
  /** Source of a script or a module. */
  source(path: string): string | undefined;
  /** `ShouldProcess` of a script that was told to go on. */
  tell(line: string): void;
}

/**
 * Runs the part of PowerShell that our scripts are written in, as with `Set-StrictMode -Version Latest` and
 * `$ErrorActionPreference = 'Stop'`. What it does not know is an {@link UnknownSyntax}, never a guess.
 */
export class Interpreter {
  readonly host: ScriptHost;
  readonly #parser: PowerShellParser;
  readonly #modules = new Map<string, Session>();
  readonly #outside: Session;
  session: Session;
  lastExitCode: number | undefined;

  constructor(host: ScriptHost, parser: PowerShellParser, directory: string) {
    this.host = host;
    this.#parser = parser;
    this.#outside = new Session(directory);
    this.session = this.#outside;
  }

  /** Runs a script file; gives what it prints. Its exit code is in {@link lastExitCode}. */
  runScript(path: string, given: Given): readonly Value[] {
    const source = this.host.source(path);
    if (source === undefined) throw ScriptError.of(`The term '${path}' is not recognized.`);
    const root = this.#parser.parse(source);
    return this.session.within((scope) => {
      bindParameters(this, scope, root, given, path);
      try {
        return this.#body(root);
      } catch (signal) {
        if (!(signal instanceof ExitSignal)) throw signal;
        this.lastExitCode = signal.code;
        return [];
      }
    }, true);
  }

  importModule(path: string): void {
    const into = this.session.current.script;
    const module = this.#modules.get(path) ?? this.#load(path);
    for (const [name, each] of module.current.functions) {
      if (/^\w+-antrea/.test(name) && each.session === module) into.functions.set(name, each);
    }
  }

  #load(path: string): Session {
    const source = this.host.source(path);
    if (source === undefined) throw ScriptError.of(`The specified module '${path}' was not loaded.`);
    const module = new Session(this.#outside.directory, this.#outside.current);
    this.#modules.set(path, module);
    this.#inSession(module, () => this.#body(this.#parser.parse(source)));
    return module;
  }

  callFunction(called: FunctionOf, given: Given): readonly Value[] {
    return this.#inSession(called.session, () =>
      called.session.within((scope) => {
        bindParameters(this, scope, called.node, given, called.name);
        return this.#body(childOf(called.node, 'script_block'));
      }),
    );
  }

  callBlock({ node, session }: Block, variables: Readonly<Record<string, Value>> = {}): readonly Value[] {
    return this.#inSession(session, () =>
      session.within((scope) => {
        for (const [name, value] of Object.entries(variables)) scope.set(name, value);
        return this.#body(node);
      }),
    );
  }

  #inSession<T>(session: Session, use: () => T): T {
    const before = this.session;
    this.session = session;
    try {
      return use();
    } finally {
      this.session = before;
    }
  }

  /** The statements of a script, a function or a block; what they emit until one of them returns. */
  #body(node: Node | undefined): readonly Value[] {
    const output: Value[] = [];
    try {
      for (const list of statementLists(node)) this.#run(list, output);
    } catch (signal) {
      if (!(signal instanceof ReturnSignal)) throw signal;
    }
    return output;
  }

  outputOf(list: Node | undefined): readonly Value[] {
    const output: Value[] = [];
    if (list) this.#run(list, output);
    return output;
  }

  #run(list: Node, output: Value[]): void {
    for (const statement of list.namedChildren) runStatement(this, statement, output);
  }

  /** The statements between braces. */
  runBlock(node: Node | undefined, output: Value[]): void {
    const list = node && childOf(node, 'statement_list');
    if (list) this.#run(list, output);
  }

  /** What a pipeline emits. An assignment emits nothing. */
  pipeline(node: Node): readonly Value[] {
    const [only] = node.namedChildren;
    if (only!.type === 'assignment_expression') {
      this.#assignment(only!);
      return [];
    }
    const chain = only!.type === 'pipeline_chain' ? only! : node;
    let values: readonly Value[] = [];
    for (const [index, part] of chain.namedChildren.entries()) {
      if (part.type === 'command') values = runCommand(this, readCommand(this, part), values);
      else if (index === 0) values = isIncrement(part) ? this.#discard(part) : unrolledOutput(evaluate(this, part));
      else throw new UnknownSyntax(part.text);
    }
    return values;
  }

  #discard(part: Node): readonly Value[] {
    evaluate(this, part);
    return [];
  }

  /** The value of a pipeline where one value is wanted: an expression's as it is, commands' as it comes together. */
  valueOf(node: Node): Value {
    const [only] = node.namedChildren;
    if (node.type === 'pipeline' && only?.type === 'pipeline_chain' && only.namedChildren.length === 1) {
      const [part] = only.namedChildren;
      if (part!.type !== 'command') return evaluate(this, part!);
    }
    if (node.type !== 'pipeline')
      return node.type === 'assignment_expression' ? this.#assignment(node) : evaluate(this, node);
    return collapsed(this.pipeline(node));
  }

  #assignment(node: Node): Value {
    const [target, operator, value] = node.namedChildren;
    const given = this.valueOf(value!);
    if (operator!.text === '=') return this.assign(target!, given);
    const before = evaluate(this, target!);
    if (operator!.text !== '+=' || !Array.isArray(before)) throw new UnknownSyntax(node.text);
    return this.assign(target!, [...(before as readonly Value[]), ...unrolled(given)]);
  }

  assign(target: Node, value: Value): Value {
    let at = target;
    while (at.namedChildren.length === 1 && at.type !== 'variable') at = at.namedChildren[0]!;
    if (at.type === 'element_access') {
      const [of, index] = at.namedChildren;
      const table = evaluate(this, of!);
      if (!(table instanceof Table)) throw new UnknownSyntax(target.text);
      table.set(evaluate(this, index!), value);
    } else if (at.type === 'variable') {
      const name = at.text.replace(/^\$/, '');
      const scope: Scope = name.startsWith('script:') ? this.session.current.script : this.session.current;
      scope.set(name.replace('script:', ''), value);
    } else {
      // Settings of .NET, such as the versions of TLS.
      if (!at.text.startsWith('[Net.ServicePointManager]')) throw new UnknownSyntax(target.text);
    }
    return null;
  }

  variable(name: string): Value | undefined {
    const [, kind, own = name] = /^(script|env):(.+)$/i.exec(name) ?? [];
    if (kind === 'env') return this.host.environment(own) ?? null;
    if (kind === 'script') return this.session.current.script.find(own);
    switch (name.toLowerCase()) {
      case 'true':
        return true;
      case 'false':
        return false;
      case 'null':
        return null;
      case 'psscriptroot':
        return this.session.directory;
      case 'lastexitcode':
        return this.lastExitCode;
      default:
        return this.session.current.find(name);
    }
  }
}

/** Every statement list of a script or a block: their bodies are nested once or twice. */
function statementLists(node: Node | undefined): readonly Node[] {
  if (!node) return [];
  return node.namedChildren.flatMap((child) => {
    if (child.type === 'statement_list') return [child];
    return child.type === 'script_block_body' || child.type === 'script_block' ? statementLists(child) : [];
  });
}

const isIncrement = (node: Node): boolean => node.text.endsWith('++');

function unrolledOutput(value: Value): readonly Value[] {
  return value === null ? [null] : unrolled(value);
}
