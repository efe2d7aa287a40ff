import type { Node } from 'web-tree-sitter';
import type { Value } from './values.js';

/** Variables of a function, a block or a script; looked up outwards along those that run. */
export class Scope {
  readonly parent: Scope | undefined;
  /** What `$script:` means, as long as no inner one is. */
  readonly ofScript: boolean;
  readonly functions = new Map<string, FunctionOf>();
  readonly #variables = new Map<string, Value>();

  constructor(parent: Scope | undefined, ofScript = false) {
    this.parent = parent;
    this.ofScript = ofScript;
  }

  find(name: string): Value | undefined {
    const key = name.toLowerCase();
    return this.#variables.has(key) ? this.#variables.get(key) : this.parent?.find(name);
  }

  set(name: string, value: Value): void {
    this.#variables.set(name.toLowerCase(), value);
  }

  get script(): Scope {
    return this.ofScript || !this.parent ? this : this.parent.script;
  }

  findFunction(name: string): FunctionOf | undefined {
    return this.functions.get(name.toLowerCase()) ?? this.parent?.findFunction(name);
  }
}

/** The state of a module, or of what is outside of all: its functions and variables are its own. */
export class Session {
  /** Directory of the file: `$PSScriptRoot`. */
  readonly directory: string;
  current: Scope;

  constructor(directory: string, global?: Scope) {
    this.directory = directory;
    this.current = new Scope(global, true);
  }

  /** Runs something in a scope inside of the current one. */
  within<T>(use: (scope: Scope) => T, ofScript = false): T {
    const before = this.current;
    this.current = new Scope(before, ofScript);
    try {
      return use(this.current);
    } finally {
      this.current = before;
    }
  }
}

/** A function, and the session that it works in. */
export interface FunctionOf {
  readonly name: string;
  readonly node: Node;
  readonly session: Session;
}
