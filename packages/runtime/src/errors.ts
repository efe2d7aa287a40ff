/** What a program's plumbing can get wrong, by code. */
export type RuntimeErrorCode =
  /** The configuration (file, flags, environment) is not usable; the message lists everything wrong with it. */
  | 'invalid-config'
  /** Something took longer than it was given. */
  | 'timeout'
  /** A PID file or another file is not what it should be. */
  | 'bad-file';

/** An error of the process plumbing. Decide by `code`; the message is for people. */
export class RuntimeError extends Error {
  override readonly name = 'RuntimeError';
  readonly code: RuntimeErrorCode;

  constructor(code: RuntimeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The message of anything that was thrown, which in JavaScript need not be an Error. */
export function errorMessage(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** True when `thrown` is the cancellation of an operation by its signal, which is not a failure. */
export function isAbortError(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'AbortError';
}
