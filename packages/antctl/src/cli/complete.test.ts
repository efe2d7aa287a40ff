import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands, groups } from '../commands/index.js';
import type { Mode } from '../mode.js';
import { runHere } from '../testing/antctl-run.js';
import { complete, completionLines } from './complete.js';
import { completionScripts } from './completion-scripts.js';

const words = (line: string, mode: Mode = 'remote'): string[] =>
  complete(line.split(' '), { commands, groups, mode }).map(({ word }) => word);

describe('complete', () => {
  it.each<[line: string, expected: string[], mode?: Mode]>([
    ['', ['get', 'query', 'explain', 'trace-packet', 'log-level', 'version', 'completion']],
    ['ge', ['get']],
    ['get pod', ['podinterface']],
    ['get pod', [], 'controller'],
    ['--node node-1 get pod', ['podinterface']],
    ['-v get pod', ['podinterface']],
    ['get networkpolicy --so', ['--sort-by', '--source']],
    ['get netpol --sort-by ', ['effectivePriority']],
    ['get netpol --sort-by=', ['--sort-by=effectivePriority']],
    ['get netpol -T A', ['ACNP', 'ANP']],
    ['get of -T AntreaPolicyI', ['AntreaPolicyIngressRule']],
    ['get pi web -o j', ['json']],
    ['get pi --output = j', ['json']],
    ['get pi ', []],
    ['completion ', ['bash', 'zsh', 'fish']],
    ['completion --o', []],
    ['completion bash ', []],
    ['--mode a', ['agent']],
    ['nonsense ', []],
  ])('%j: %j %s', (line, expected, mode) => {
    expect(words(line, mode)).toEqual(expected);
  });

  it('tells what each is', () => {
    expect(completionLines(['que'], { commands, groups, mode: 'remote' })).toBe(
      'query\task the controller about what concerns an object\n',
    );
  });
});

describe('the script for bash', () => {
  const directory = mkdtempSync(join(tmpdir(), 'antctl-bash-'));
  beforeAll(() => {
    // It asks the program; here a file with what the program says.
    writeFileSync(
      join(directory, 'antctl'),
      `#!/bin/sh\nprintf '%s\\n' "$@" >"${directory}/asked"\ncat "${directory}/says"\n`,
    );
    chmodSync(join(directory, 'antctl'), 0o755);
    writeFileSync(join(directory, 'script'), completionScripts.bash);
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  function reply(line: readonly string[]): string[] {
    const words = line.slice(1);
    writeFileSync(join(directory, 'says'), completionLines(words, { commands, groups, mode: 'remote' }));
    const { stdout, stderr } = spawnSync(
      'bash',
      [
        '--norc',
        '-c',
        `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _antctl; printf '%s\\n' "\${COMPREPLY[@]}"`,
        join(directory, 'script'),
        ...line,
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: `${directory}:${process.env['PATH']}` } },
    );
    expect(stderr).toBe('');
    expect(readFileSync(join(directory, 'asked'), 'utf8').split('\n').slice(1, -1)).toEqual(words);
    return stdout.split('\n').filter((word) => word !== '');
  }

  it.each([
    [['antctl', 'get', 'address'], ['addressgroup']],
    [['antctl', 'get', 'netpol', '--sort-by', '=', ''], ['effectivePriority']],
    [['antctl', 'get', 'netpol', '--sort-by', '='], ['effectivePriority']],
    [
      ['antctl', ''],
      ['get', 'query', 'explain', 'trace-packet', 'log-level', 'version', 'completion'],
    ],
  ])('%j', (line, expected) => {
    expect(reply(line)).toEqual(expected);
  });
});

it('prints scripts, and candidates', async () => {
  expect((await runHere(['completion', 'zsh'])).out).toMatch(/^#compdef antctl\n/);
  expect((await runHere(['__complete', 'vers'])).out).toMatch(/^version\t/);
  const { code, err } = await runHere(['completion', 'tcsh']);
  expect({ code, err }).toEqual({ code: 2, err: 'error: completion tcsh: there is one for bash, zsh, fish\n' });
});
