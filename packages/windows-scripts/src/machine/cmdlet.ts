import type { Interpreter } from '../powershell/interpreter.js';
import type { Given } from '../powershell/parameters.js';
import { ScriptError } from '../powershell/signals.js';
import { textOf, truthOf, unrolled, type Value } from '../powershell/values.js';
import type { WindowsMachine } from './windows-machine.js';

/** What a cmdlet of the machine is given. */
export class Call {
  readonly machine: WindowsMachine;
  readonly input: readonly Value[];
  readonly interpreter: Interpreter;
  readonly #given: Given;

  constructor(machine: WindowsMachine, given: Given, input: readonly Value[], interpreter: Interpreter) {
    this.machine = machine;
    this.#given = given;
    this.input = input;
    this.interpreter = interpreter;
  }

  value(name: string): Value | undefined {
    return this.#given.named.get(name.toLowerCase());
  }

  text(name: string): string | undefined {
    const value = this.value(name);
    return value === undefined ? undefined : textOf(value);
  }

  /** A parameter that the cmdlet cannot do without; by its name, or the one at this position. */
  needed(name: string, position?: number): string {
    const value = this.value(name) ?? (position === undefined ? undefined : this.#given.positional[position]);
    if (value === undefined) throw ScriptError.of(`Cannot process command because of missing parameter: ${name}.`);
    return textOf(value);
  }

  list(name: string): readonly string[] {
    const value = this.value(name);
    return value === undefined ? [] : unrolled(value).map(textOf);
  }

  flag(name: string): boolean {
    return truthOf(this.value(name) ?? false);
  }

  positional(index: number): Value | undefined {
    return this.#given.positional[index];
  }

  get named(): ReadonlyMap<string, Value> {
    return this.#given.named;
  }

  /** Path of a file, by one of the two parameters that cmdlets have for it, or the first without a name. */
  path(): string {
    return this.text('LiteralPath') ?? this.text('Path') ?? this.needed('Path', 0);
  }

  /** Says what is about to be changed; the change that was chosen to fail does so here. */
  change(what: string): void {
    const { changes, failAt } = this.machine;
    changes.push(what);
    if (changes.length === failAt) throw ScriptError.of(`"${what}" was made to fail`);
  }
}

export type Cmdlets = Readonly<Record<string, (call: Call) => readonly Value[]>>;
