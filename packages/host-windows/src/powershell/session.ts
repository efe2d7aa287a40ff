import { randomBytes } from 'node:crypto';
import { orAborted, type Logger } from '@antrea-ts/runtime';
import { PowerShell as Shell } from 'node-powershell';
import type { Command } from './command.js';
import { prelude, readAnswer, renderInvocation } from './invocation.js';
import { PowerShellError, type PowerShell } from './powershell.js';

export interface SessionOptions {
  readonly logger: Logger;
  /** How long commands may take together, in milliseconds: 30 seconds unless told. */
  readonly timeoutMs?: number;
}

/**
 * One PowerShell process for the life of the agent: starting one takes hundreds of milliseconds, a command in it one.
 * It is started when first used, and again after it ended or did not answer.
 */
export class PowerShellSession implements PowerShell {
  readonly #logger: Logger;
  readonly #timeoutMs: number;
  #shell: Shell | undefined;
  #closed = false;
  /** Commands of one caller are not mixed with another's. */
  #queue: Promise<unknown> = Promise.resolve();
  #calls = 0;

  constructor({ logger, timeoutMs = 30_000 }: SessionOptions) {
    this.#logger = logger;
    this.#timeoutMs = timeoutMs;
  }

  /** Invocations so far. */
  get calls(): number {
    return this.#calls;
  }

  async run(commands: readonly Command[], { signal }: { signal: AbortSignal }): Promise<readonly unknown[][]> {
    signal.throwIfAborted();
    const turn = this.#queue.then(() => this.#invoke(commands, signal));
    this.#queue = turn.catch(() => undefined);
    // What was sent is being done; the next caller waits for its end also when this one does not.
    return orAborted(turn, signal);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#end();
  }

  async #invoke(commands: readonly Command[], signal: AbortSignal): Promise<readonly unknown[][]> {
    signal.throwIfAborted();
    if (this.#closed) throw new PowerShellError('silent', 'the PowerShell session was closed');
    this.#calls += 1;
    const mark = `antrea-${randomBytes(8).toString('hex')}:`;
    const started = performance.now();
    try {
      const shell = (this.#shell ??= await this.#start());
      const printed = await invokeWithin(shell, renderInvocation(mark, commands), this.#timeoutMs);
      return readAnswer(mark, printed, commands);
    } catch (error) {
      if (!(error instanceof PowerShellError)) {
        await this.#end();
        throw ended(error);
      }
      // What an unanswered command still does must not meet the next one.
      if (error.code !== 'refused') await this.#end();
      throw error;
    } finally {
      this.#logger.debug('Ran PowerShell commands', {
        commands: commands.map(([{ name }]) => name),
        ms: Math.round(performance.now() - started),
      });
    }
  }

  async #start(): Promise<Shell> {
    const shell = new Shell({
      executableOptions: { '-NoProfile': true, '-NonInteractive': true, '-ExecutionPolicy': 'Bypass' },
      throwOnInvocationError: false,
    });
    // The package tells of the process's end by a promise that it does not always look at itself.
    (shell as unknown as { exitPromise: Promise<unknown> }).exitPromise.catch(() => undefined);
    await invokeWithin(shell, prelude, this.#timeoutMs);
    return shell;
  }

  async #end(): Promise<void> {
    const shell = this.#shell;
    this.#shell = undefined;
    await shell?.dispose('SIGKILL').catch(() => undefined);
  }
}

function ended(cause: unknown): PowerShellError {
  return String(cause).includes('ENOENT')
    ? new PowerShellError('missing', 'PowerShell cannot be started: powershell.exe is not in the PATH', { cause })
    : new PowerShellError('silent', `PowerShell ended: ${String(cause)}`, { cause });
}

async function invokeWithin(shell: Shell, source: string, timeoutMs: number): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new PowerShellError('timed-out', `PowerShell did not answer within ${timeoutMs / 1000} s`)),
      timeoutMs,
    );
  });
  try {
    const { stdout } = await Promise.race([shell.invoke(source), late]);
    return stdout?.toString('utf8') ?? '';
  } finally {
    clearTimeout(timer);
    // The package keeps every command and answer for the life of the process.
    shell.history.length = 0;
  }
}
