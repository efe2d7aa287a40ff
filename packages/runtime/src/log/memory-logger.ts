import { BaseLogger } from './base-logger.js';
import type { LogFields, Logger, LogLevel } from './logger.js';

/** A line that a `memoryLogger` caught. */
export interface MemoryLogEntry {
  readonly level: LogLevel;
  readonly component: string;
  readonly message: string;
  readonly fields: LogFields;
}

/** A logger for tests: keeps its lines, children included, in `entries`. */
export interface MemoryLogger extends Logger {
  readonly entries: readonly MemoryLogEntry[];
  /** The messages of one level, or of all. */
  messages(level?: LogLevel): string[];
}

/** Makes a logger that keeps every line in memory, cleaned of secrets as the real one does. */
export function memoryLogger(level: LogLevel = 'debug'): MemoryLogger {
  const entries: MemoryLogEntry[] = [];
  const core = {
    level,
    now: () => 0,
    write: ({ time: _time, ...entry }: MemoryLogEntry & { time: number }) => void entries.push(entry),
  };
  const logger: Logger = new BaseLogger(core, '', {});
  return Object.assign(logger, {
    entries,
    messages: (wanted?: LogLevel) =>
      entries.filter((entry) => wanted === undefined || entry.level === wanted).map((entry) => entry.message),
  });
}

/** A logger that says nothing. */
export const silentLogger: Logger = {
  error: () => {},
  warn: () => {},
  info: () => {},
  debug: () => {},
  child: () => silentLogger,
};
