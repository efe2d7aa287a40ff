import { describe, expect, it } from 'vitest';
import { CommandError, type CommandEnd } from './command-error.js';
import { runCommand, type CommandOptions } from './run-command.js';

const node = process.execPath;

async function failure(file: string, args: readonly string[], options?: CommandOptions): Promise<CommandError> {
  const error = await runCommand(file, args, options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(CommandError);
  return error as CommandError;
}

describe('runCommand', () => {
  it('passes arguments untouched and returns both outputs', async () => {
    const script = 'process.stdout.write(process.argv[1]); process.stderr.write("note\\n")';
    expect(await runCommand(node, ['-e', script, '$(id); *"'])).toEqual({
      stdout: '$(id); *"',
      stderr: 'note\n',
      exitCode: 0,
    });
  });

  it('feeds input, environment and working directory', async () => {
    const script = 'process.stdin.pipe(process.stdout); console.log(process.env.COLOUR, process.cwd())';
    const { stdout } = await runCommand(node, ['-e', script], { input: 'in', env: { COLOUR: 'red' }, cwd: '/' });
    expect(stdout).toContain('red /');
    expect(stdout).toContain('in');
  });

  it('takes other exit codes as answers when told so', async () => {
    expect((await runCommand(node, ['-e', 'process.exit(3)'], { okExitCodes: [0, 3] })).exitCode).toBe(3);
  });

  const spin = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)';
  const endings: readonly [string, string, CommandOptions, CommandEnd][] = [
    ['exit code', 'console.error("no such bridge"); process.exit(2)', {}, { kind: 'exited', exitCode: 2 }],
    ['signal', 'process.kill(process.pid, "SIGKILL")', {}, { kind: 'signalled', signal: 'SIGKILL' }],
    ['time-out, deaf to SIGTERM', spin, { timeout: 300, killGrace: 50 }, { kind: 'timed-out', timeout: 300 }],
    ['abort', spin, { signal: AbortSignal.timeout(300), killGrace: 50 }, { kind: 'aborted' }],
    [
      'flood',
      'for (;;) process.stdout.write("x".repeat(1000))',
      { maxOutput: 10_000, killGrace: 50 },
      { kind: 'too-much-output', maxOutput: 10_000 },
    ],
  ];
  it.each(endings)('reports %s', async (_name, script, options, end) => {
    expect((await failure(node, ['-e', script], options)).end).toEqual(end);
  });

  it('is cancelled before it starts', async () => {
    expect((await failure(node, ['-e', ''], { signal: AbortSignal.abort() })).end).toEqual({ kind: 'aborted' });
  });

  it('says what ran and what it complained about', async () => {
    const error = await failure(node, ['-e', 'console.error("no such bridge"); process.exit(2)']);
    expect(error.message).toMatch(/^run .*node -e .*: exited with code 2: no such bridge$/);
    expect(error.exitCode).toBe(2);
    expect(JSON.stringify(error)).not.toContain('stderr');
  });

  it('says that a program is not there', async () => {
    const error = await failure('no-such-program', []);
    expect(error.end).toEqual({ kind: 'not-started', code: 'ENOENT' });
    expect(error.message).toBe('run no-such-program: no such program (is it installed?)');
  });
});
