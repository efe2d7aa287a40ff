import { readAnswer, renderInvocation, prelude } from '../powershell/invocation.js';
import type { Command } from '../powershell/command.js';
import type { PowerShell } from '../powershell/powershell.js';
import { cmdlets } from './cmdlets/index.js';
import { Arguments, CmdletFailure, type ParameterType, type Row } from './cmdlets/cmdlet.js';
import { followHns } from './follow-hns.js';
import type { ModelMachine } from './machine.js';
import { parseCommand, SyntaxFailure, type ParsedCmdlet, type Value } from './parse-command.js';

/** What a PowerShell session does that talks to this machine instead of Windows. Whatever it does not know is an error. */
export class ModelPowerShell {
  readonly #machine: ModelMachine;
  #defined: boolean;

  /** @param defined The session has read our prelude. */
  constructor(machine: ModelMachine, { defined = false } = {}) {
    this.#machine = machine;
    this.#defined = defined;
  }

  get defined(): boolean {
    return this.#defined;
  }

  /** Runs one line of input, and gives what it prints. */
  runLine(line: string): string {
    if (line === prelude) {
      this.#defined = true;
      return '';
    }
    const [call] = parseCommand(line);
    if (!this.#defined || call?.name !== 'Invoke-AntreaCommands') throw unknownCmdlet(call?.name ?? line);
    const given = new Arguments(call.parameters);
    return given.required('Mark') + this.#answer(given.list('Commands'));
  }

  #answer(commands: readonly string[]): string {
    const values: unknown[] = [];
    let failure: { message: string; id: string } | null = null;
    try {
      for (const encoded of commands) values.push(this.#runCommand(Buffer.from(encoded, 'base64').toString('utf8')));
    } catch (error) {
      failure = failureOf(error);
    }
    return Buffer.from(JSON.stringify({ values, failure }), 'utf8').toString('base64');
  }

  #runCommand(source: string): readonly Row[] {
    followHns(this.#machine);
    let rows: readonly Row[] = [];
    for (const cmdlet of parseCommand(source)) rows = this.#runCmdlet(cmdlet, rows);
    return rows;
  }

  #runCmdlet({ name, parameters }: ParsedCmdlet, input: readonly Row[]): readonly Row[] {
    const model = cmdlets[name];
    if (!model) throw unknownCmdlet(name);
    const known = new Map<string, ParameterType>([
      ['erroraction', 'text'],
      ...Object.entries(model.parameters).map(([key, type]) => [key.toLowerCase(), type] as const),
    ]);
    for (const [key, value] of parameters) checkParameter(name, key, value, known.get(key));
    this.#machine.calls += 1;
    if (this.#machine.calls === this.#machine.failAt)
      throw new CmdletFailure(`Injected,${name}`, `${name} was made to fail`);
    try {
      return model.run(this.#machine, new Arguments(parameters), input);
    } catch (error) {
      if (error instanceof CmdletFailure && parameters.get('erroraction') === 'SilentlyContinue') return [];
      throw error;
    }
  }
}

/** The commands that a line of a session has run, as text; none of the prelude. */
export function invokedCommands(line: string): readonly string[] {
  if (line === prelude) return [];
  const [call] = parseCommand(line);
  const commands = new Arguments(call?.parameters ?? new Map()).list('Commands');
  return commands.map((encoded) => Buffer.from(encoded, 'base64').toString('utf8'));
}

function checkParameter(cmdlet: string, key: string, value: Value, type: ParameterType | undefined): void {
  if (type === undefined) {
    throw new CmdletFailure(
      `NamedParameterNotFound,${cmdlet}`,
      `A parameter cannot be found that matches parameter name '${key}'.`,
    );
  }
  const fits = type === 'list' || typeof value === { text: 'string', number: 'number', boolean: 'boolean' }[type];
  if (!fits) throw new CmdletFailure(`CannotConvertArgument,${cmdlet}`, `Cannot convert the value of ${key}.`);
}

function unknownCmdlet(name: string): CmdletFailure {
  return new CmdletFailure(
    'CommandNotFoundException',
    `The term '${name}' is not recognized as the name of a cmdlet, function, script file, or operable program.`,
  );
}

function failureOf(error: unknown): { message: string; id: string } {
  if (error instanceof CmdletFailure) return { message: error.message, id: error.id };
  if (error instanceof SyntaxFailure) return { message: error.message, id: 'ParseException' };
  throw error;
}

/** A PowerShell in this process, by the same text that a session of its own would be sent. */
export function createModelPowerShell(machine: ModelMachine): PowerShell & { readonly sent: readonly Command[][] } {
  const model = new ModelPowerShell(machine);
  const sent: Command[][] = [];
  model.runLine(prelude);
  return {
    sent,
    async run(commands, { signal }) {
      signal.throwIfAborted();
      sent.push([...commands]);
      const mark = 'antrea-model:';
      return readAnswer(mark, model.runLine(renderInvocation(mark, commands)), commands);
    },
    async close() {},
  };
}
