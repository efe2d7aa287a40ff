/**
 * - `refused`: the service said no; the message is its own.
 * - `not-found`: what was named is not there.
 * - `exists`: a name is taken.
 * - `timed-out`: no answer in time. The call cannot be taken back and may still be carried out.
 * - `malformed`: an answer that cannot be read.
 */
export type HnsErrorCode = 'refused' | 'not-found' | 'exists' | 'timed-out' | 'malformed';

/** A call of the Host Network Service that failed. */
export class HnsError extends Error {
  readonly code: HnsErrorCode;

  constructor(code: HnsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HnsError';
    this.code = code;
  }
}

/** HRESULTs that mean that something is not there: HCN_E_*_NOT_FOUND, HCS_E_SYSTEM_NOT_FOUND, ERROR_NOT_FOUND. */
const notFoundResults: ReadonlySet<number> = new Set([
  0x803b_0001, 0x803b_0002, 0x803b_0021, 0xc037_010e, 0x8037_010e, 0x8007_0490,
]);

/** The error for an HRESULT below zero and the error record that came with it. */
export function hresultError(operation: string, result: number, record: string): HnsError {
  const code = result >>> 0;
  const text = recordText(record);
  const hex = `0x${code.toString(16).padStart(8, '0')}`;
  return new HnsError(
    notFoundResults.has(code) ? 'not-found' : 'refused',
    `${operation}: ${text === '' ? `HRESULT ${hex}` : `${text} (HRESULT ${hex})`}`,
  );
}

/** The error for what HNSCall answered: it has texts only. */
export function answerError(operation: string, text: string): HnsError {
  const code = /not found/i.test(text) ? 'not-found' : /already exists/i.test(text) ? 'exists' : 'refused';
  return new HnsError(code, `${operation}: ${text === '' ? 'refused without a reason' : text}`);
}

function recordText(record: string): string {
  try {
    const { Error: text } = JSON.parse(record) as { Error?: unknown };
    return typeof text === 'string' ? text : '';
  } catch {
    return '';
  }
}
