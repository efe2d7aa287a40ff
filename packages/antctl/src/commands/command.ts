import type { Api } from '../connection/api.js';
import type { AntctlError } from '../errors.js';
import type { Mode } from '../mode.js';
import type { Column } from '../output/table.js';

/** A flag of a command. The parser, `--help`, completion and the docs page come from it. */
export interface Flag {
  /** Without the dashes: `sort-by`. */
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** What stands for its value in help; absent: the flag is a switch. */
  readonly value?: string;
  readonly description: string;
  /** Values that completion offers, where others can be given, too. */
  readonly suggestions?: readonly string[];
  /** The values that there are; any case is taken. */
  readonly choices?: readonly string[];
  readonly required?: boolean;
  /** Where it may be given; absent: wherever the command may. */
  readonly modes?: readonly Mode[];
  /** The parameter that an agent or the controller takes it as. */
  readonly parameter?: string;
}

/** The one word that a command takes besides flags. */
export interface Argument {
  /** As it stands in help, in capitals. */
  readonly name: string;
  readonly description: string;
  readonly required?: boolean;
  /** Where it may be given; absent: wherever the command may. */
  readonly modes?: readonly Mode[];
  readonly choices?: readonly string[];
}

/** What was typed: the argument, and flags by their names. */
export interface Invocation {
  readonly argument?: string | undefined;
  readonly flags: Readonly<Record<string, string | undefined>>;
}

/** What a command has to say. */
export interface Answer {
  /** Printed with `-o json` and `-o yaml`. */
  readonly value: unknown;
  /** Text for people; `wide`: everything in full. */
  readonly table: (options: { readonly wide: boolean }) => string;
  /** What could not be had; the rest is printed first. */
  readonly failure?: AntctlError;
}

/** How answers are printed. */
export const formats = ['table', 'wide', 'json', 'yaml'] as const;
export type Format = (typeof formats)[number];

/** One command of antctl. */
export interface Command {
  /** `['get', 'podinterface']`. */
  readonly path: readonly [string, ...string[]];
  readonly aliases?: readonly string[];
  /** One line, beginning small. */
  readonly summary: string;
  readonly argument?: Argument;
  readonly flags?: readonly Flag[];
  readonly modes: readonly Mode[];
  /** Why it is not for other modes, and what is there in its place: a sentence. */
  readonly elsewhere?: string;
  /** More than one line to say: paragraphs of the help and the docs. */
  readonly details?: string;
  /** The answer is text and nothing else: there is no `-o`. */
  readonly plain?: boolean;
  /** Default `table`. */
  readonly defaultFormat?: Format;
  /** For help and docs. */
  readonly columns?: readonly Pick<Column<never>, 'name' | 'wide'>[];
  readonly examples?: readonly string[];
  run(invocation: Invocation, context: CommandContext): Promise<Answer>;
}

/** What a command is run with. */
export interface CommandContext {
  /** `agent` also where another Node's agent is asked (`--node`). */
  readonly mode: Mode;
  readonly api: Api;
}
