/** How a command ended, if not with exit code 0. */
export type CommandEnd =
  | { readonly kind: 'exited'; readonly exitCode: number }
  | { readonly kind: 'signalled'; readonly signal: string }
  /** Killed because it ran longer than `timeout` milliseconds. */
  | { readonly kind: 'timed-out'; readonly timeout: number }
  /** Killed because the caller's signal was aborted. */
  | { readonly kind: 'aborted' }
  /** Killed because it wrote more than `maxOutput` bytes. */
  | { readonly kind: 'too-much-output'; readonly maxOutput: number }
  /** Never ran; `code` is the system's, such as `ENOENT`. */
  | { readonly kind: 'not-started'; readonly code: string };

interface CommandErrorDetail {
  readonly file: string;
  readonly args: readonly string[];
  readonly end: CommandEnd;
  readonly stdout: string;
  readonly stderr: string;
}

const stderrTail = 2000;

/** A command that did not end well. `end.kind` says how; `stderr` is what it had to say. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly file: string;
  readonly args: readonly string[];
  readonly end: CommandEnd;
  readonly stdout: string;
  readonly stderr: string;

  constructor(detail: CommandErrorDetail, options?: ErrorOptions) {
    super(describe(detail), options);
    this.file = detail.file;
    this.args = detail.args;
    this.end = detail.end;
    this.stderr = detail.stderr;
    this.stdout = detail.stdout;
    // Output may be long, and may hold what should not be logged with every error.
    Object.defineProperty(this, 'stdout', { enumerable: false });
    Object.defineProperty(this, 'stderr', { enumerable: false });
  }

  /** The exit code, if the command ran and exited by itself. */
  get exitCode(): number | undefined {
    return this.end.kind === 'exited' ? this.end.exitCode : undefined;
  }
}

function describe({ file, args, end, stderr }: CommandErrorDetail): string {
  const tail = stderr.trim().slice(-stderrTail);
  return `run ${[file, ...args].join(' ')}: ${describeEnd(end)}${tail === '' ? '' : `: ${tail}`}`;
}

function describeEnd(end: CommandEnd): string {
  switch (end.kind) {
    case 'exited':
      return `exited with code ${end.exitCode}`;
    case 'signalled':
      return `was ended by ${end.signal}`;
    case 'timed-out':
      return `did not end within ${end.timeout} ms`;
    case 'aborted':
      return 'was cancelled';
    case 'too-much-output':
      return `wrote more than ${end.maxOutput} bytes`;
    case 'not-started':
      return end.code === 'ENOENT' ? 'no such program (is it installed?)' : `could not be started (${end.code})`;
    default:
      return end satisfies never;
  }
}
