import type { ModelAdapter, ModelMachine } from '../machine.js';
import type { Value } from '../parse-command.js';

/** An object on the pipeline. */
export type Row = Readonly<Record<string, unknown>>;

/** What a cmdlet says when it fails. */
export class CmdletFailure extends Error {
  readonly id: string;

  constructor(id: string, message: string) {
    super(message);
    this.id = id;
  }
}

export type ParameterType = 'text' | 'number' | 'boolean' | 'list';

export class Arguments {
  readonly #values: ReadonlyMap<string, Value>;

  constructor(values: ReadonlyMap<string, Value>) {
    this.#values = values;
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name.toLowerCase());
    return value === undefined ? undefined : String(value);
  }

  number(name: string): number | undefined {
    const value = this.#values.get(name.toLowerCase());
    return value === undefined ? undefined : Number(value);
  }

  list(name: string): readonly string[] {
    const value = this.#values.get(name.toLowerCase());
    return value === undefined ? [] : Array.isArray(value) ? value.map(String) : [String(value)];
  }

  flag(name: string): boolean {
    return this.#values.get(name.toLowerCase()) === true;
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw new CmdletFailure('MissingMandatoryParameter', `parameter ${name} is missing`);
    return value;
  }
}

export interface CmdletModel {
  readonly parameters: Readonly<Record<string, ParameterType>>;
  run(machine: ModelMachine, given: Arguments, input: readonly Row[]): readonly Row[];
}

export function adapterNamed(machine: ModelMachine, name: string): ModelAdapter {
  const adapter = machine.adapters.find((each) => each.name === name);
  if (!adapter) throw notFound('MSFT_NetAdapter', 'Name', name);
  return adapter;
}

export function adapterAt(machine: ModelMachine, index: number): ModelAdapter {
  const adapter = machine.adapters.find((each) => each.index === index);
  if (!adapter) throw notFound('MSFT_NetAdapter', 'InterfaceIndex', String(index));
  return adapter;
}

/** The adapter that is meant by alias or by index. */
export function adapterGiven(machine: ModelMachine, given: Arguments): ModelAdapter {
  const index = given.number('InterfaceIndex');
  return index === undefined ? adapterNamed(machine, given.required('InterfaceAlias')) : adapterAt(machine, index);
}

export function notFound(kind: string, property: string, value: string): CmdletFailure {
  return new CmdletFailure(
    `CmdletizationQuery_NotFound_${property},${kind}`,
    `No ${kind} objects found with property '${property}' equal to '${value}'.  Verify the value of the property and retry.`,
  );
}
