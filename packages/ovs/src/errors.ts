/**
 * What went wrong with Open vSwitch:
 * - `not running`: nothing listens on the socket, or the PID file is absent or stale;
 * - `permission`: the socket may not be opened by this user;
 * - `unreachable`: any other failure to connect or to stay connected;
 * - `schema`: the database is not the one we speak to, or lacks tables or columns;
 * - `time-out`: a deadline passed;
 * - `closed`: the connection was closed on our side;
 * - `bridge missing`, `port missing`, `port exists`: the named thing is (not) there;
 * - `port failed`: vswitchd could not make the port; the message has its words;
 * - `database`: the server refused a transaction; `cause` is its `OvsdbError`;
 * - `appctl`: vswitchd refused a command, or answered what cannot be understood.
 */
export type OvsErrorCode =
  | 'not running'
  | 'permission'
  | 'unreachable'
  | 'schema'
  | 'time-out'
  | 'closed'
  | 'bridge missing'
  | 'port missing'
  | 'port exists'
  | 'port failed'
  | 'database'
  | 'appctl';

/** The error of bridge, port and control operations. Decide by `code`; `remedy` says what a person can do. */
export class OvsError extends Error {
  readonly code: OvsErrorCode;
  readonly remedy: string | undefined;

  constructor(
    code: OvsErrorCode,
    message: string,
    options: { readonly remedy?: string | undefined; readonly cause?: unknown } = {},
  ) {
    const text = options.remedy === undefined ? message : `${message}; ${options.remedy}`;
    super(text, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'OvsError';
    this.code = code;
    this.remedy = options.remedy;
  }
}

export function isOvsError(error: unknown, ...codes: readonly OvsErrorCode[]): error is OvsError {
  return error instanceof OvsError && (codes.length === 0 || codes.includes(error.code));
}

const START = 'start it with "systemctl start openvswitch-switch" or "/usr/share/openvswitch/scripts/ovs-ctl start"';

/** A failure to open a local socket as an error that says which socket and what to do. */
export function connectError(what: string, path: string, cause: unknown): OvsError {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  const message = `connect to ${what} at ${path}`;
  if (code === 'ENOENT' || code === 'ECONNREFUSED') {
    const why = code === 'ENOENT' ? 'the socket is not there' : 'nothing listens there';
    return new OvsError('not running', `${message}: ${why} (${code})`, { cause, remedy: START });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new OvsError('permission', `${message}: not permitted (${code})`, { cause, remedy: 'run as root' });
  }
  const why = cause instanceof Error ? cause.message : String(cause);
  return new OvsError('unreachable', `${message}: ${why}`, { cause });
}

/** What to do when vswitchd does not act on the database. */
export const vswitchdRemedy = `look whether ovs-vswitchd runs and at its log; ${START}`;
