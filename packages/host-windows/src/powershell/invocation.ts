import { z } from 'zod';
import { renderCommand, type Command } from './command.js';
import { PowerShellError } from './powershell.js';
import { quote } from './quote.js';

/**
 * What a session defines first. A function of ours runs each command by itself, and tells in one line what came of all:
 * a mark, then JSON, as base64 because neither the console's code page nor its width may touch it.
 */
export const prelude = [
  'function Invoke-AntreaCommands {',
  'param([string]$Mark, [string[]]$Commands)',
  "$ErrorActionPreference = 'Stop'; $ProgressPreference = 'SilentlyContinue';",
  '$values = New-Object System.Collections.ArrayList; $failure = $null;',
  'try { foreach ($encoded in $Commands) {',
  '$source = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($encoded));',
  '[void]$values.Add(@(& ([ScriptBlock]::Create($source)))) } }',
  'catch { $failure = @{ message = $_.Exception.Message; id = $_.FullyQualifiedErrorId } }',
  '$answer = ConvertTo-Json -Compress -Depth 5 -InputObject @{ values = $values; failure = $failure };',
  '[Console]::Out.WriteLine($Mark + [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($answer)))',
  '}',
].join(' ');

/** One line of source that runs commands and answers with the mark. */
export function renderInvocation(mark: string, commands: readonly Command[]): string {
  const encoded = commands.map((command) => Buffer.from(renderCommand(command), 'utf8').toString('base64'));
  return `Invoke-AntreaCommands -Mark ${quote(mark)} -Commands ${quote(encoded)}`;
}

const answerSchema = z.object({
  values: z.array(z.unknown()),
  failure: z.object({ message: z.string(), id: z.string() }).nullable(),
});

/** Reads what an invocation printed. Throws {@link PowerShellError}. */
export function readAnswer(mark: string, printed: string, commands: readonly Command[]): readonly unknown[][] {
  const line = printed.split(/\r?\n/).find((each) => each.startsWith(mark));
  if (line === undefined) {
    throw new PowerShellError(
      'silent',
      `PowerShell did not answer ${nameOf(commands[0])}: it printed ${printed === '' ? 'nothing' : quote(printed.slice(0, 200))}`,
    );
  }
  const { values, failure } = decode(line.slice(mark.length));
  if (failure) {
    const failed = commands[values.length];
    throw new PowerShellError('refused', `${nameOf(failed)}: ${failure.message}`, { errorId: failure.id });
  }
  if (values.length !== commands.length) {
    throw new PowerShellError('malformed', `PowerShell answered ${values.length} of ${commands.length} commands`);
  }
  return values.map(asList);
}

function decode(text: string): z.infer<typeof answerSchema> {
  try {
    return answerSchema.parse(JSON.parse(Buffer.from(text, 'base64').toString('utf8')));
  } catch (cause) {
    throw new PowerShellError('malformed', 'PowerShell answered with something else than JSON', { cause });
  }
}

/** PowerShell gives a list of one as the one, and an empty one as nothing. */
function asList(value: unknown): unknown[] {
  if (value === null || value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function nameOf(command: Command | undefined): string {
  return command ? renderCommand(command) : 'nothing';
}
