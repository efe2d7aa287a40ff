/** Severity, the most important first. */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** What a log line is about, beyond its constant message. One key name per thing throughout: `node`, `pod`, `error`. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Where a component says what it did. The message is constant, everything variable goes into the fields:
 * `log.info('Installed policy rule', { rule, table })`.
 */
export interface Logger {
  /** Needs a person. */
  error(message: string, fields?: LogFields): void;
  /** Went wrong, and we coped. */
  warn(message: string, fields?: LogFields): void;
  /** A rare change of state. */
  info(message: string, fields?: LogFields): void;
  /** Each step of each reconciliation. */
  debug(message: string, fields?: LogFields): void;
  /** A logger for one component (a name; nested names are joined by dots), or with fields added to every line. */
  child(scope: string | LogFields): Logger;
}

/** One line before it is rendered: fields are loggable (see `toLoggable`) and free of secrets. */
export interface LogRecord {
  readonly time: number;
  readonly level: LogLevel;
  /** Dotted name of the component; empty for the program itself. */
  readonly component: string;
  readonly message: string;
  readonly fields: LogFields;
}

/** The levels in order of importance. */
export const logLevels: readonly LogLevel[] = ['error', 'warn', 'info', 'debug'];

/** True when a line of `level` is to be written while `threshold` is set. */
export function isLevelEnabled(level: LogLevel, threshold: LogLevel): boolean {
  return logLevels.indexOf(level) <= logLevels.indexOf(threshold);
}
