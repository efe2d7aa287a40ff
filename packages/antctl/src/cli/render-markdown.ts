import type { Command, Flag } from '../commands/command.js';
import { globalFlags } from './global-flags.js';

/** The commands as a section of a document: an overview, then each with its flags. */
export function renderCommandsMarkdown(commands: readonly Command[]): string {
  const rows = commands.map((command) => [
    `[\`${command.path.join(' ')}\`](#${command.path.join('-')})`,
    command.summary,
    ...(['agent', 'controller', 'remote'] as const).map((mode) => place(command, mode)),
  ]);
  return [
    table(['Command', 'What it does', 'agent', 'controller', 'remote'], rows),
    '### Flags of all commands',
    flagTable(globalFlags),
    ...commands.map(commandSection),
  ].join('\n\n');
}

/** A table of Markdown. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [columns, columns.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n');
}

function place({ modes }: Command, mode: Command['modes'][number]): string {
  if (modes.includes(mode)) return 'yes';
  return mode === 'remote' && modes.includes('agent') ? 'with `--node`' : '';
}

function commandSection(command: Command): string {
  const { path, aliases = [], argument, flags = [], columns, details, examples = [], plain, defaultFormat } = command;
  const operand = argument === undefined ? '' : argument.required ? ` ${argument.name}` : ` [${argument.name}]`;
  const notes = [
    aliases.length > 0 ? `Aliases: ${aliases.map(code).join(', ')}.` : '',
    argument ? `\`${argument.name}\`: ${argument.description}${onlyIn(argument.modes)}.` : '',
    columns ? `Columns: ${columns.map(({ name, wide }) => (wide ? `${name} (wide)` : name)).join(', ')}.` : '',
    plain || defaultFormat === undefined ? '' : `By default printed as ${defaultFormat}.`,
  ]
    .filter((note) => note !== '')
    .map((note) => `- ${note}`);
  return [
    `### ${path.join(' ')}`,
    `\`antctl ${path.join(' ')}${operand}${flags.length > 0 ? ' [flags]' : ''}\`: ${command.summary}.`,
    details,
    notes.join('\n'),
    flags.length > 0 ? flagTable(flags) : undefined,
    examples.length > 0 ? `\`\`\`sh\n${examples.join('\n')}\n\`\`\`` : undefined,
  ]
    .filter((part) => part !== undefined && part !== '')
    .join('\n\n');
}

function flagTable(flags: readonly Flag[]): string {
  return table(
    ['Flag', 'Meaning'],
    flags.map(({ name, short, value, description, choices, required, modes }) => [
      code(`${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`),
      `${description}${choices ? ` (${choices.map(code).join(', ')})` : ''}${required ? '; required' : ''}${onlyIn(modes)}`,
    ]),
  );
}

function onlyIn(modes: readonly string[] | undefined): string {
  return modes === undefined ? '' : `; only in mode ${modes.join(', ')}`;
}

function code(text: string): string {
  return `\`${text}\``;
}
