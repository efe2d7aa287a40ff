export type AntctlErrorCode =
  /** The command line is wrong. */
  | 'usage'
  /** The command, or a flag of it, is not for where we run. */
  | 'wrong-mode'
  /** It is not known how to reach what was asked, or with which credentials. */
  | 'no-connection'
  /** What was asked refused or did not answer. */
  | 'request'
  /** The answer is not what it should be. */
  | 'bad-answer'
  /** What is installed is not what is meant. */
  | 'disagreement';

/** Why a command of antctl failed; the message says what to do about it. */
export class AntctlError extends Error {
  override readonly name = 'AntctlError';
  readonly code: AntctlErrorCode;

  constructor(code: AntctlErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** 2: another command line is needed; 3: two sides that should agree do not; 1: everything else. */
  get exitCode(): number {
    if (this.code === 'disagreement') return 3;
    return this.code === 'usage' || this.code === 'wrong-mode' ? 2 : 1;
  }
}
