import { quote, type PowerShellValue } from './quote.js';

/** A cmdlet with its parameters. Switches are booleans. */
export interface Cmdlet {
  readonly name: string;
  readonly parameters: Readonly<Record<string, PowerShellValue>>;
}

/** Cmdlets, each fed by the one before. What the last gives is the command's value. */
export type Command = readonly [Cmdlet, ...Cmdlet[]];

export function cmdlet(name: string, parameters: Cmdlet['parameters'] = {}): Cmdlet {
  return { name, parameters };
}

/** A command that gives these properties of what `source` finds. */
export function query(source: Cmdlet, ...properties: readonly string[]): Command {
  return [source, cmdlet('Select-Object', { Property: properties })];
}

/** A command that finds nothing where there is nothing: cmdlets of Windows take that for an error. */
export function tolerant(source: Cmdlet): Cmdlet {
  return { ...source, parameters: { ...source.parameters, ErrorAction: 'SilentlyContinue' } };
}

/** The source of a command. */
export function renderCommand(command: Command): string {
  return command.map(renderCmdlet).join(' | ');
}

function renderCmdlet({ name, parameters }: Cmdlet): string {
  return [name, ...Object.entries(parameters).map(([key, value]) => renderParameter(key, value))].join(' ');
}

/** With a colon a boolean works for switches and for parameters that are booleans alike. */
function renderParameter(key: string, value: PowerShellValue): string {
  return typeof value === 'boolean' ? `-${key}:${quote(value)}` : `-${key} ${quote(value)}`;
}
