import { formats, type Command, type Flag } from '../commands/command.js';
import type { Mode } from '../mode.js';
import { isOffered, isUseful } from './availability.js';
import { globalFlags, outputFlag } from './global-flags.js';

/** What a shell may put in the place of the word that is being typed. */
export interface Candidate {
  readonly word: string;
  readonly description: string;
}

interface Table {
  readonly commands: readonly Command[];
  readonly groups: Readonly<Record<string, string>>;
  readonly mode: Mode;
}

/** Candidates line by line, each with its description behind a tab: what the shells' scripts read. */
export function completionLines(words: readonly string[], table: Table): string {
  return complete(words, table)
    .map(({ word, description }) => `${word}\t${description}\n`)
    .join('');
}

/** Completes the last of `words`, which are those behind the program's name; it may be empty. */
export function complete(words: readonly string[], table: Table): readonly Candidate[] {
  // bash splits `--output=json` at the sign.
  const given = words.filter((word, at) => word !== '=' || at === words.length - 1);
  const typed = given.at(-1) === '=' ? '' : (given.at(-1) ?? '');
  const before = given.slice(0, -1);
  const { path, command, awaiting, hasArgument } = walk(before, table);
  if (awaiting) return starting(typed, choicesOf(awaiting));
  const flags = flagsOf(command, table.mode);
  const [name, value] = /^--([^=]+)=(.*)$/.exec(typed)?.slice(1) ?? [];
  const withValue = flags.find((flag) => flag.name === name);
  if (withValue) {
    return starting(value ?? '', choicesOf(withValue)).map(({ word, description }) => ({
      word: `--${name}=${word}`,
      description,
    }));
  }
  if (typed.startsWith('-')) {
    return starting(
      typed,
      flags.map(({ name, description }) => ({ word: `--${name}`, description })),
    );
  }
  if (!command) return starting(typed, nextWords(path, table));
  const { argument } = command;
  const isNext = hasArgument ? undefined : argument;
  return starting(
    typed,
    (isNext?.choices ?? []).map((word) => ({ word, description: argument?.description ?? '' })),
  );
}

/** Which command the words say, as far as they go, and the flag whose value comes next. */
function walk(
  words: readonly string[],
  { commands, mode }: Table,
): {
  readonly path: readonly string[];
  readonly command: Command | undefined;
  readonly awaiting: Flag | undefined;
  readonly hasArgument: boolean;
} {
  const path: string[] = [];
  let command: Command | undefined;
  let awaiting: Flag | undefined;
  let hasArgument = false;
  for (const word of words) {
    if (awaiting) {
      awaiting = undefined;
    } else if (word.startsWith('-')) {
      awaiting = flagsOf(command, mode).find(
        ({ name, short, value }) => value !== undefined && (word === `--${name}` || word === `-${short ?? ''}`),
      );
    } else if (command) {
      hasArgument = true;
    } else {
      path.push(word);
      command = commands.find(
        ({ path: [first, second], aliases = [] }) =>
          path.length === (second === undefined ? 1 : 2) &&
          (second === undefined || path[0] === first) &&
          [second ?? first, ...aliases].includes(word),
      );
    }
  }
  return { path, command, awaiting, hasArgument };
}

function flagsOf(command: Command | undefined, mode: Mode): readonly Flag[] {
  const own = command ? [...(command.flags ?? []), ...(command.plain ? [] : [outputFlag])] : [];
  const helpFlag: Flag = { name: 'help', short: 'h', description: 'show what there is' };
  return [...own, ...globalFlags, helpFlag].filter((flag) => isUseful(flag, mode));
}

const formatDescriptions: Readonly<Record<string, string>> = Object.fromEntries(
  formats.map((format) => [format, `print as ${format}`]),
);

function choicesOf({ choices, suggestions, description }: Flag): Candidate[] {
  return (choices ?? suggestions ?? []).map((word) => ({ word, description: formatDescriptions[word] ?? description }));
}

function nextWords(path: readonly string[], { commands, groups, mode }: Table): Candidate[] {
  const offered = commands.filter((command) => isOffered(command, mode));
  if (path.length === 0) {
    const single = offered.filter((command) => command.path.length === 1);
    return [
      ...Object.entries(groups).map(([word, description]) => ({ word, description })),
      ...single.map(({ path: [word], summary }) => ({ word, description: summary })),
    ];
  }
  return offered
    .filter((command) => path.length === 1 && command.path.length === 2 && command.path[0] === path[0])
    .map(({ path: [, word], summary }) => ({ word: word ?? '', description: summary }));
}

function starting(typed: string, candidates: readonly Candidate[]): readonly Candidate[] {
  return candidates.filter(({ word }) => word.startsWith(typed));
}
