export type PacketErrorCode = 'truncated' | 'malformed' | 'invalid-field';

/**
 * Bytes that cannot be read (`truncated`: they end too early; `malformed`: they contradict themselves), or values that
 * cannot be written (`invalid-field`). The message names layer and field.
 */
export class PacketError extends Error {
  readonly code: PacketErrorCode;

  constructor(code: PacketErrorCode, message: string) {
    super(message);
    this.name = 'PacketError';
    this.code = code;
  }
}
