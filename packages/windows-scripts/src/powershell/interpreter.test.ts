import { expect, it } from 'vitest';
import { PowerShellParser } from '../syntax.js';
import { Interpreter } from './interpreter.js';
import { nothingGiven } from './parameters.js';
import { UnknownSyntax } from './signals.js';
import type { Value } from './values.js';

const parser = await PowerShellParser.load();

function run(source: string): { readonly output: readonly Value[]; readonly code: number | undefined } {
  const interpreter = new Interpreter(
    {
      cmdlet: () => undefined,
      program: () => undefined,
      callStatic: () => null,
      environment: () => undefined,
      source: () => source,
      tell: () => undefined,
    },
    parser,
    'C:\\',
  );
  const output = interpreter.runScript('C:\\try.ps1', nothingGiven);
  return { output, code: interpreter.lastExitCode };
}

/** What PowerShell's own documentation says of each. */
it.each<readonly [string, string, readonly Value[]]>([
  ['a list goes into the pipeline one by one', '@(1, 2)', [1, 2]],
  ['a function gives what it emits', 'function A { 1; 2 }\n$x = A; $x.Count; $x[1]', [2, 2]],
  ['of one it gives the one', 'function A { @(7) }\n$x = A; $x', [7]],
  ['a comma in front keeps a list together', '$x = @( , @(1, 2) ); $x.Count', [1]],
  ['text is the same whatever its case', "'Running' -eq 'running'; 'a', 'B' -contains 'b'", [true, true]],
  ['a list of one that is false is false', 'if (@($false)) { 1 } else { 2 }', [2]],
  [
    'return ends a function from inside of a loop',
    'function A { foreach ($i in 1, 2) { if ($i -eq 1) { return $i } } }\nA',
    [1],
  ],
  ['variables of callers are seen, and not changed', '$x = 1; function A { $x; $x = 2 }\nA; $x', [1, 1]],
  ['$script: is the script, however deep', '$script:x = 1; function A { $script:x = 2 }\nA; $script:x', [2]],
  [
    'a table is given by its keys',
    'function A { [CmdletBinding()] param([int] $B, [int] $C)\n"$B-$C" }\n$t = @{ C = 2; B = 1 }; A @t',
    ['1-2'],
  ],
  ['finally comes after catch', "try { throw 'x' } catch { 'caught' } finally { 'last' }", ['caught', 'last']],
  ['$ with a backtick stays', '"`$a $(1) ${b}"'.replace('${b}', '$($true)'), ['$a 1 True']],
])('%s', (_, source, expected) => {
  expect(run(source).output).toEqual(expected);
});

it('exit ends the script with its code', () => {
  expect(run("try { exit 3 } catch { exit 4 }\n'never'")).toEqual({ output: [], code: 3 });
});

it.each([
  ['a variable that was never set', '$never'],
  ['a command that nobody knows', 'Get-Never'],
  ['a parameter that a function has not', 'function A { [CmdletBinding()] param($B) }\nA -C 1'],
])('%s is an error', (_, source) => {
  expect(() => run(source)).toThrow(/cannot be retrieved|not recognized|cannot be found/);
});

it('what it does not know is an error of ours', () => {
  expect(() => run('while ($true) { break }')).toThrow(UnknownSyntax);
});
