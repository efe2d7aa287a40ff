/**
 * Why a host refused. Callers decide by this code:
 *
 * - try again: `busy` (a lock or resource held by someone else), `interface-missing` (may appear yet), `failed`;
 * - not without a change: `invalid-argument`, `netns-missing`, `netns-invalid`, `name-taken`, `foreign-state`,
 *   `permission`, `tool-missing`, `unsupported`;
 * - `closed`: the host was closed before or during the call.
 */
export type HostErrorCode =
  | 'invalid-argument'
  | 'netns-missing'
  | 'netns-invalid'
  | 'interface-missing'
  | 'name-taken'
  | 'foreign-state'
  | 'permission'
  | 'tool-missing'
  | 'unsupported'
  | 'busy'
  | 'failed'
  | 'closed';

/** An operation that a host could not do. The message names object, operation and remedy; `cause` is what the system said. */
export class HostError extends Error {
  readonly code: HostErrorCode;

  constructor(code: HostErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HostError';
    this.code = code;
  }
}
