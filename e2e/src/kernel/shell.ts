import { randomBytes } from 'node:crypto';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { CommandResult } from '../lab.js';

/**
 * A shell that stays, in a Pod or a Node: where a processor is emulated, starting the lab's command for every line
 * takes a second and more. What `start` gives must end in a POSIX shell that reads its standard input.
 */
export class Shell {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<void>;
  #last: Promise<unknown> = Promise.resolve();
  #output = '';
  #wake: () => void = () => {};

  constructor(start: () => ChildProcessWithoutNullStreams) {
    this.#child = start();
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
      this.#wake();
    });
    this.#child.stderr.resume();
    this.#child.stdin.on('error', () => {});
    this.#ended = new Promise((resolve) => {
      this.#child.once('close', () => {
        resolve();
        this.#wake();
      });
    });
  }

  /** Runs a script after those before it, whatever its exit code. Its standard error is part of the output. */
  run(script: string): Promise<CommandResult> {
    const result = this.#last.then(() => this.#runNow(script));
    this.#last = result.catch(() => {});
    return result;
  }

  /** Runs a script that has to succeed, and gives its output. */
  async ok(script: string): Promise<string> {
    const { exitCode, stdout } = await this.run(script);
    if (exitCode !== 0) throw new Error(`exit code ${exitCode} of\n${script}\n${stdout}`);
    return stdout;
  }

  /** Lets the shell end, with what runs in it. */
  async stop(): Promise<void> {
    this.#child.stdin.end();
    await this.#ended;
  }

  async #runNow(script: string): Promise<CommandResult> {
    const mark = `end-${randomBytes(8).toString('hex')}`;
    this.#output = '';
    this.#child.stdin.write(`{ ${script}\n} </dev/null 2>&1\necho "${mark} $?"\n`);
    const end = new RegExp(`${mark} (\\d+)\n`);
    for (;;) {
      const match = end.exec(this.#output);
      if (match) return { exitCode: Number(match[1]), stdout: this.#output.slice(0, match.index), stderr: '' };
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        throw new Error(`the shell ended while it ran\n${script}\n${this.#output}`);
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
