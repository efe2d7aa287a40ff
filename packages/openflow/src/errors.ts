/**
 * Why this package refused something:
 *
 * - `truncated`: bytes end before the structure does
 * - `malformed`: bytes or object contradict the protocol (lengths, headers, impossible combinations)
 * - `too_long`: the message would exceed 65535 bytes
 * - `unknown_field`: a field name that the registry does not have
 * - `out_of_range`: a value that does not fit the width of its field
 * - `text_syntax`: `ovs-ofctl` text that cannot be understood
 */
export type OpenflowErrorCode =
  | 'truncated'
  | 'malformed'
  | 'too_long'
  | 'unknown_field'
  | 'out_of_range'
  | 'text_syntax';

/** The one error of the codec and of the text forms. Decide by `code`; `message` names object, operation and place. */
export class OpenflowError extends Error {
  readonly code: OpenflowErrorCode;
  /** Byte offset in the decoded message, or character offset in the parsed text, where known. */
  readonly offset: number | undefined;

  constructor(code: OpenflowErrorCode, message: string, options: { offset?: number; cause?: unknown } = {}) {
    super(options.offset === undefined ? message : `${message} (at offset ${options.offset})`, {
      cause: options.cause,
    });
    this.name = 'OpenflowError';
    this.code = code;
    this.offset = options.offset;
  }
}
