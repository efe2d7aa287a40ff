/** `bad-argument` is a mistake of the caller; the others are about what is installed on the machine. */
export type FfiErrorCode = 'backend-missing' | 'library-missing' | 'symbol-missing' | 'bad-argument';

/** Why a native function could not be called. What the function itself reports is its return value and `errno`. */
export class FfiError extends Error {
  readonly code: FfiErrorCode;

  constructor(code: FfiErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'FfiError';
    this.code = code;
  }
}
