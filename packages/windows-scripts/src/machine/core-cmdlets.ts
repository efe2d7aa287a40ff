import { win32 } from 'node:path';
import { makeException, ScriptError } from '../powershell/signals.js';
import { isLike } from '../powershell/operators.js';
import { memberOf } from '../powershell/members.js';
import {
  Block,
  collapsed,
  sameValue,
  textOf,
  truthOf,
  unrolled,
  type PsObject,
  type Value,
} from '../powershell/values.js';
import type { Call, Cmdlets } from './cmdlet.js';

/** JSON as objects. */
function fromJson(value: unknown): Value {
  if (Array.isArray(value)) return value.map(fromJson);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fromJson(each)]));
  }
  return value as Value;
}

function fits(call: Call, value: Value): boolean {
  const filter = call.value('FilterScript') ?? call.positional(0);
  if (filter instanceof Block) return call.interpreter.callBlock(filter, { _: value }).some(truthOf);
  const property = memberOf(value, call.needed('Property'));
  const other = call.value('Value') ?? null;
  if (call.flag('EQ')) return sameValue(property, other);
  if (call.flag('NotLike')) return !isLike(property, other);
  throw ScriptError.of('Where-Object: no operator');
}

function newObject(call: Call): PsObject {
  const args = unrolled(call.value('ArgumentList') ?? []);
  switch (call.needed('TypeName')) {
    case 'System.InvalidOperationException':
      return makeException(textOf(args[0] ?? ''));
    case 'Security.Principal.WindowsPrincipal':
      return { IsInRole: () => call.machine.elevated };
    default:
      throw ScriptError.of(`Cannot find type [${call.text('TypeName')}].`);
  }
}

/** The language's own cmdlets. They change nothing. */
export const coreCmdlets: Cmdlets = {
  'Set-StrictMode': () => [],
  'Export-ModuleMember': () => [],
  'Start-Sleep': () => [],
  'Push-Location': () => [],
  'Pop-Location': () => [],
  'Import-Module'(call) {
    const paths = call.value('Name') ?? call.positional(0) ?? [];
    for (const path of unrolled(paths)) call.interpreter.importModule(textOf(path));
    return [];
  },
  'Join-Path': (call) => [
    win32.join(call.needed('Path', 0), textOf(call.positional(call.value('Path') === undefined ? 1 : 0) ?? '')),
  ],
  'Split-Path': (call) => [win32.dirname(call.text('Parent') ?? call.needed('Path', 0))],
  'New-Object': (call) => [newObject(call)],
  'Where-Object': (call) => call.input.filter((value) => value !== null && fits(call, value)),
  'ForEach-Object': (call) =>
    call.input.flatMap((value) => call.interpreter.callBlock(call.positional(0) as Block, { _: value })),
  'Select-Object': (call) =>
    call.input.filter((value) => value !== null).map((value) => memberOf(value, call.needed('ExpandProperty'))),
  'ConvertFrom-Json': (call) => [fromJson(JSON.parse(textOf(collapsed(call.input))))],
  'Out-String': (call) => [call.input.map(textOf).join('\n')],
  'Write-Information': (call) => (call.machine.told.push(call.needed('MessageData')), []),
  'Write-Warning': (call) => (call.machine.told.push(`WARNING: ${call.needed('Message')}`), []),
  'Write-Verbose': () => [],
  'Get-Command'(call) {
    const name = call.needed('Name');
    const found = !name.includes('\\') || call.machine.files.has(name.toLowerCase());
    return found ? [{ Name: name }] : [];
  },
  'Get-Process': () => [],
  'Stop-Process': (call) => (call.input.length > 0 ? call.change('stop process') : undefined, []),
};
