import type { ApiName } from '../connection/api.js';
import { AntctlError } from '../errors.js';
import { modes, type Mode } from '../mode.js';
import { renderTable, type Column } from '../output/table.js';
import type { Command, CommandContext, Flag, Invocation } from './command.js';

/** Where the answer comes from, in one mode. */
export interface Source {
  readonly from: ApiName;
  readonly path: string;
  /**
   * `parameters`: the argument is the parameter `name`, and flags are parameters; `object`: the argument is the last
   * part of the path, and flags are ours to apply.
   */
  readonly style: 'parameters' | 'object';
}

/** A command that shows things of one kind. */
export interface ResourceCommandSpec<T> extends Pick<
  Command,
  'path' | 'aliases' | 'summary' | 'details' | 'argument' | 'flags' | 'examples'
> {
  readonly sources: Readonly<Partial<Record<Mode, Source>>>;
  readonly columns: readonly Column<T>[];
  /** Throws `AntctlError` `usage` for flags that do not go together. */
  readonly check?: (invocation: Invocation) => void;
  /** Chooses and sorts what is shown. Absent: all, and the table sorts its rows. */
  readonly arrange?: (
    items: readonly T[],
    invocation: Invocation,
    context: CommandContext & { readonly source: Source },
  ) => readonly T[] | Promise<readonly T[]>;
  /** The order is that of the answer, or of `arrange`. */
  readonly keepOrder?: boolean;
  /** What is printed as JSON and YAML; absent: the thing itself. */
  readonly value?: (item: T) => unknown;
}

/** Makes a command of what is known of a kind of things. */
export function resourceCommand<T>(spec: ResourceCommandSpec<T>): Command {
  const { sources, columns, check, arrange, value = (item: T): unknown => item, keepOrder = false, ...rest } = spec;
  return {
    ...rest,
    modes: modes.filter((mode) => sources[mode] !== undefined),
    columns,
    async run(invocation, context) {
      check?.(invocation);
      const source = sources[context.mode];
      if (!source) throw new AntctlError('wrong-mode', `${spec.path.join(' ')}: not for mode ${context.mode}`);
      const answer = await context.api.get(requestOf(source, invocation, spec.flags ?? []));
      const { items: answered, isOne } = itemsOf(answer, spec.path.join(' '));
      const items = answered as readonly T[];
      const shown = arrange ? await arrange(items, invocation, { ...context, source }) : items;
      return {
        value: isOne ? value(shown[0] as T) : shown.map(value),
        table: ({ wide }) => renderTable(columns, shown, { wide, keepOrder }),
      };
    },
  };
}

function requestOf(
  { from, path, style }: Source,
  { argument, flags: given }: Invocation,
  flags: readonly Flag[],
): { from: ApiName; path: string; parameters?: Record<string, string | undefined> } {
  if (style === 'object') {
    return { from, path: argument === undefined ? path : `${path}/${encodeURIComponent(argument)}` };
  }
  const parameters = flags.flatMap(({ name, parameter }) => (parameter ? [[parameter, given[name]] as const] : []));
  return { from, path, parameters: { name: argument, ...Object.fromEntries(parameters) } };
}

/** Answers are lists of objects, bare arrays, or one object. */
function itemsOf(answer: unknown, what: string): { readonly items: readonly unknown[]; readonly isOne: boolean } {
  if (Array.isArray(answer)) return { items: answer, isOne: false };
  if (typeof answer === 'object' && answer !== null) {
    const { items, kind } = answer as { items?: unknown; kind?: unknown };
    if (Array.isArray(items)) return { items, isOne: false };
    // Go writes a list of nothing as null.
    if (typeof kind === 'string' && kind.endsWith('List')) return { items: [], isOne: false };
    return { items: [answer], isOne: true };
  }
  if (answer === null) return { items: [], isOne: false };
  throw new AntctlError('bad-answer', `${what}: the answer is neither a list nor an object`);
}
