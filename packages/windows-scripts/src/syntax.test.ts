import { expect, it } from 'vitest';
import { readScripts } from './scripts.js';
import { PowerShellParser, syntaxErrors } from './syntax.js';

const parser = await PowerShellParser.load();
const errorsOf = (source: string): string[] => syntaxErrors(parser.parse(source));

it.each(readScripts())('$name is PowerShell', ({ source }) => {
  expect(errorsOf(source)).toEqual([]);
});

it.each([
  ['a parenthesis that is not closed', 'if ($a -eq 1 { exit 0 }'],
  ['a brace that is not closed', 'foreach ($a in $b) { exit 0'],
  ['text that does not end', 'Write-Error "open'],
  ['a try without catch', 'try { exit 0 }'],
  ['an empty pipe', 'Get-Process | | Stop-Process'],
  ['a foreach of another language', 'foreach ($a of $b) { exit 0 }'],
  ['a table without values', '$a = @{ Name = }'],
])('it would see %s', (_, source) => {
  expect(errorsOf(source)).not.toEqual([]);
});
