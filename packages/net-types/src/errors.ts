export type NetTypesErrorCode =
  | 'invalid-ip'
  | 'invalid-cidr'
  | 'invalid-mask'
  | 'invalid-range'
  | 'invalid-mac'
  | 'invalid-port';

/** Text or bytes that are not what they should be; the message quotes them. */
export class NetTypesError extends Error {
  readonly code: NetTypesErrorCode;

  constructor(code: NetTypesErrorCode, message: string) {
    super(message);
    this.name = 'NetTypesError';
    this.code = code;
  }
}
