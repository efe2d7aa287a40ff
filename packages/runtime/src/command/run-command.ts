import type { Readable } from 'node:stream';
import type { Result } from 'execa';
import { CommandError, type CommandEnd } from './command-error.js';

/** How to run a command. */
export interface CommandOptions {
  /** Ends the command (SIGTERM, after `killGrace` SIGKILL) when aborted. */
  readonly signal?: AbortSignal | undefined;
  /** What the command reads from standard input; default nothing. */
  readonly input?: string | Uint8Array | undefined;
  /** Milliseconds until the command is ended; default 60,000. */
  readonly timeout?: number | undefined;
  /** Variables added to our own environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
  /** Bytes of standard output, and of standard error, until the command is ended; default 64 MiB. */
  readonly maxOutput?: number | undefined;
  /** Milliseconds between SIGTERM and SIGKILL; default 2,000. */
  readonly killGrace?: number | undefined;
  /** Exit codes that are answers rather than failures; default only 0. */
  readonly okExitCodes?: readonly number[] | undefined;
}

/** What a command that ended well said. */
export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** The shape of `runCommand`, for code that takes it as an argument so that tests can answer for the program. */
export type CommandRunner = (file: string, args: readonly string[], options?: CommandOptions) => Promise<CommandResult>;

const defaults = { timeout: 60_000, maxOutput: 64 * 1024 * 1024, killGrace: 2_000 };

/**
 * Runs a program with its arguments, never through a shell, and waits for its end.
 * Throws `CommandError` when it cannot be started, exits with a code not in `okExitCodes`, is cancelled or times out.
 */
export async function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { execa } = await import('execa');
  const timeout = options.timeout ?? defaults.timeout;
  const maxOutput = options.maxOutput ?? defaults.maxOutput;
  const flood = new AbortController();
  const running = execa(file, args, {
    shell: false,
    reject: false,
    stripFinalNewline: false,
    encoding: 'utf8',
    timeout,
    // Above our own limit: execa would only stop reading, and wait for the program for ever.
    maxBuffer: 2 * maxOutput,
    cancelSignal: options.signal === undefined ? flood.signal : AbortSignal.any([options.signal, flood.signal]),
    forceKillAfterDelay: options.killGrace ?? defaults.killGrace,
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    ...(options.env !== undefined && { env: { ...options.env } }),
    ...(options.cwd !== undefined && { cwd: options.cwd }),
  });
  limitOutput([running.stdout, running.stderr], maxOutput, flood);
  const result = await running;
  const { stdout, stderr } = textOf(result);
  if (result.exitCode !== undefined && !killedByUs(result) && (options.okExitCodes ?? [0]).includes(result.exitCode)) {
    return { stdout, stderr, exitCode: result.exitCode };
  }
  const end: CommandEnd = flood.signal.aborted ? { kind: 'too-much-output', maxOutput } : endOf(result, timeout);
  throw new CommandError({ file, args, end, stdout, stderr }, { cause: result.cause });
}

/** Ends the command once one of its outputs exceeds `maxOutput` bytes. */
function limitOutput(outputs: readonly (Readable | null)[], maxOutput: number, flood: AbortController): void {
  for (const output of outputs) {
    let size = 0;
    output?.on('data', (chunk: Buffer | string) => {
      size += Buffer.byteLength(chunk);
      if (size > maxOutput) flood.abort();
    });
  }
}

type AnyResult = Result<{ reject: false; encoding: 'utf8' }>;

function textOf(result: { stdout?: unknown; stderr?: unknown }): { stdout: string; stderr: string } {
  return { stdout: textOr(result.stdout), stderr: textOr(result.stderr) };
}

/** execa leaves outputs out when the program never ran. */
function textOr(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function killedByUs(result: Pick<AnyResult, 'isCanceled' | 'timedOut'>): boolean {
  return result.isCanceled || result.timedOut;
}

function endOf(
  result: Pick<AnyResult, 'isCanceled' | 'timedOut' | 'signal' | 'exitCode' | 'code'>,
  timeout: number,
): CommandEnd {
  if (result.isCanceled) return { kind: 'aborted' };
  if (result.timedOut) return { kind: 'timed-out', timeout };
  if (result.exitCode !== undefined) return { kind: 'exited', exitCode: result.exitCode };
  if (result.signal !== undefined) return { kind: 'signalled', signal: result.signal };
  return { kind: 'not-started', code: result.code ?? 'unknown' };
}
