/**
 * Why a session, or a request within one, failed:
 *
 * - `disconnected`: the connection ended before the answer came, so whether the request took effect is unknown
 * - `timeout`: the switch is there but has not answered this request in time
 * - `unresponsive`: the switch has been silent for too long; the connection is given up
 * - `version`: the switch does not speak OpenFlow 1.3
 * - `protocol`: the switch sent something that contradicts the protocol; the connection is given up
 * - `refused`: the switch answered with errors; `refusals` says to what
 * - `too_much`: an answer beyond the configured bound
 */
export type SessionErrorCode =
  | 'disconnected'
  | 'timeout'
  | 'unresponsive'
  | 'version'
  | 'protocol'
  | 'refused'
  | 'too_much';

/** One message that the switch, or the encoder before it, would not take. */
export interface Refusal {
  /** Position in the list that was handed over; `-1` for a message of the session's own (open, commit, set-up). */
  readonly index: number;
  /** The refused thing in words: a flow in `ovs-ofctl` form. */
  readonly subject: string;
  /** Name of the OpenFlow error (`OFPBMC_BAD_FIELD`), or what the encoder says. */
  readonly reason: string;
  /** OpenFlow error type and code; absent where the encoder refused. */
  readonly type?: number;
  readonly errorCode?: number;
}

/** The one error of a session. Decide by `code`; `message` names the operation, its objects and a remedy. */
export class SessionError extends Error {
  readonly code: SessionErrorCode;
  /** With `refused`: every refused message. */
  readonly refusals: readonly Refusal[];

  constructor(
    code: SessionErrorCode,
    message: string,
    options: { readonly refusals?: readonly Refusal[]; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'SessionError';
    this.code = code;
    this.refusals = options.refusals ?? [];
  }
}

/** How many refused messages a text names; `refusals` has all. */
const NAMED = 20;

/** One error for everything that was refused while doing `operation`. */
export function refusedError(operation: string, refusals: readonly Refusal[]): SessionError {
  const named = refusals.slice(0, NAMED).map(({ subject, reason }) => `${subject}: ${reason}`);
  const more = refusals.length > NAMED ? [`and ${refusals.length - NAMED} more`] : [];
  return new SessionError('refused', `${operation}: the switch refused ${[...named, ...more].join('; ')}`, {
    refusals,
  });
}
