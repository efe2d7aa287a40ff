export type LabErrorCode =
  /** What was typed cannot be. */
  | 'usage'
  /** The machine lacks something: a program, root, a kernel feature. */
  | 'machine'
  | 'no-such-lab'
  | 'already-up'
  /** The lab's daemon does not answer. */
  | 'daemon'
  | 'no-such-object'
  /** A component did not do what it should. */
  | 'component'
  | 'timed-out';

/** What the lab tells its user when it cannot do what was asked. The message is one sentence with the way out. */
export class LabError extends Error {
  override readonly name = 'LabError';
  readonly code: LabErrorCode;

  constructor(code: LabErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
