import { Command as Parser, Option, type HelpConfiguration } from 'commander';
import type { Command, Flag, Invocation } from '../commands/command.js';
import type { Mode } from '../mode.js';
import { AntctlError } from '../errors.js';
import { isOffered, isUseful } from './availability.js';
import { globalFlags, outputFlag } from './global-flags.js';

export interface ParserOptions {
  readonly commands: readonly Command[];
  readonly groups: Readonly<Record<string, string>>;
  /** Where antctl runs; what cannot be used there is not in the help. */
  readonly mode: Mode;
  readonly write: { readonly out: (text: string) => void; readonly err: (text: string) => void };
  readonly onCommand: (command: Command, invocation: Invocation) => Promise<void>;
}

/** Makes the parser of the table of commands. It throws commander's errors in the place of ending the process. */
export function createParser(options: ParserOptions): Parser {
  const { commands, groups, mode, write } = options;
  const program = new Parser('antctl')
    .description(`Shows what agents and the controller of Antrea know and do. Here it runs in mode ${mode}.`)
    .configureHelp(help)
    .exitOverride()
    .configureOutput({ writeOut: write.out, writeErr: write.err })
    .showHelpAfterError('(add --help for what there is)');
  for (const flag of globalFlags) program.addOption(optionOf(flag, mode));
  for (const [name, description] of Object.entries(groups)) {
    program.command(name).description(description);
  }
  for (const command of commands) addCommand(program, command, options);
  return program;
}

/** All aliases are shown, and a subcommand's help has the flags of all. */
const help: HelpConfiguration = {
  showGlobalOptions: true,
  subcommandTerm: (command) => {
    const argument = command.registeredArguments[0];
    const operand = argument === undefined ? '' : ` ${argument.required ? argument.name() : `[${argument.name()}]`}`;
    return [command.name(), ...command.aliases()].join(', ') + operand;
  },
};

function addCommand(program: Parser, command: Command, { mode, onCommand }: ParserOptions): void {
  const [first, second] = command.path;
  const parent = second === undefined ? program : (program.commands.find((group) => group.name() === first) ?? program);
  const parser = parent
    .command(second ?? first, { hidden: !isOffered(command, mode) })
    .aliases([...(command.aliases ?? [])])
    .description(sentence(command))
    .summary(command.summary)
    .allowExcessArguments(false);
  const { argument, flags = [], examples = [] } = command;
  if (argument) parser.argument(argument.required ? `<${argument.name}>` : `[${argument.name}]`, argument.description);
  for (const flag of flags) parser.addOption(optionOf(flag, mode));
  const { defaultFormat = 'table' } = command;
  if (!command.plain) {
    parser.addOption(
      optionOf({ ...outputFlag, description: `${outputFlag.description}, by default ${defaultFormat}` }, mode),
    );
  }
  if (examples.length > 0) {
    parser.addHelpText('after', `\nExamples:\n${examples.map((example) => `  ${example}\n`).join('')}`);
  }
  parser.action(async () => {
    const given = parser.optsWithGlobals<Record<string, string | boolean | undefined>>();
    const known = [...flags, outputFlag, ...globalFlags];
    await onCommand(command, { argument: parser.args[0], flags: byFlagName(known, given) });
  });
}

function sentence({ summary, details }: Command): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.${details === undefined ? '' : `\n\n${details}`}`;
}

function optionOf(flag: Flag, mode: Mode): Option {
  const { name, short, value, description, choices, required, modes } = flag;
  const spelling = `${short ? `-${short}, ` : ''}--${name}${value ? ` <${value}>` : ''}`;
  const option = new Option(spelling, choices ? `${description} (${choices.join(', ')})` : description)
    .makeOptionMandatory(required ?? false)
    .hideHelp(!isUseful({ ...(modes && { modes }) }, mode));
  if (choices) option.argParser((text: string) => chosen(flag, text));
  return option;
}

function chosen({ name, choices = [] }: Flag, text: string): string {
  const choice = choices.find((candidate) => candidate.toLowerCase() === text.toLowerCase());
  if (choice !== undefined) return choice;
  throw new AntctlError('usage', `unsupported value ${text} for flag ${name}; it must be one of ${choices.join(', ')}`);
}

/** commander gives flags in camel case. */
function byFlagName(
  known: readonly Flag[],
  given: Readonly<Record<string, string | boolean | undefined>>,
): Invocation['flags'] {
  return Object.fromEntries(
    known.map(({ name }) => {
      const value = given[name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())];
      return [name, value === undefined ? undefined : String(value)];
    }),
  );
}
