import { writeSync } from 'node:fs';
import { BaseLogger, type LoggerCore } from './base-logger.js';
import type { LogFields, Logger, LogLevel, LogRecord } from './logger.js';
import { RotatingFile, type RotatingFileOptions } from './rotating-file.js';
import { renderText } from './text-format.js';

/** How a program logs. */
export interface LoggerOptions {
  /** Default `info`. */
  readonly level?: LogLevel;
  /** `json`: one object a line, for collectors; `text` (default): for people. */
  readonly format?: 'json' | 'text';
  /** A file with rotation; unset: standard error. */
  readonly file?: RotatingFileOptions;
  /** In the place of standard error or a file: gets whole lines with their end. */
  readonly write?: (line: string) => void;
  /** Fields on every line. */
  readonly fields?: LogFields;
  /** Milliseconds since 1970; default the system's clock. */
  readonly now?: () => number;
}

/** The logger at the root of a program: its level, which holds for all children, may be changed while it runs. */
export interface RootLogger extends Logger {
  level: LogLevel;
  /** Closes the log file. Later lines are lost. */
  close(): void;
}

/**
 * Makes a program's logger. Asynchronous because the JSON writer (pino) is loaded only when it is asked for.
 * Throws if the log file cannot be opened.
 */
export async function createLogger(options: LoggerOptions = {}): Promise<RootLogger> {
  const sink = openSink(options);
  const render = options.format === 'json' ? await jsonWriter(sink.write) : textWriter(sink.write);
  const core: LoggerCore = { level: options.level ?? 'info', now: options.now ?? Date.now, write: render };
  const logger: Logger = new BaseLogger(core, '', options.fields ?? {});
  const root = Object.assign(logger, { close: sink.close });
  Object.defineProperty(root, 'level', {
    get: () => core.level,
    set: (level: LogLevel) => {
      core.level = level;
    },
    enumerable: true,
  });
  return root as Logger as RootLogger;
}

interface Sink {
  readonly write: (line: string) => void;
  readonly close: () => void;
}

function openSink(options: LoggerOptions): Sink {
  if (options.write !== undefined) return { write: options.write, close: () => {} };
  if (options.file === undefined) return { write: writeToStderr, close: () => {} };
  const file = new RotatingFile(options.file);
  file.open();
  return { write: (line) => file.write(line), close: () => file.close() };
}

/** A log that cannot be written must not end the program: a closed or full pipe loses lines. */
function writeToStderr(line: string): void {
  try {
    writeSync(2, line);
  } catch {
    // Nowhere left to say it.
  }
}

function textWriter(write: (line: string) => void): (record: LogRecord) => void {
  return (record) => write(`${renderText(record)}\n`);
}

async function jsonWriter(write: (line: string) => void): Promise<(record: LogRecord) => void> {
  const { default: pino } = await import('pino');
  const json = pino(
    {
      base: null,
      level: 'debug',
      timestamp: false,
      messageKey: 'message',
      serializers: {},
      formatters: { level: (label) => ({ level: label }) },
    },
    { write },
  );
  return ({ time, level, component, message, fields }) =>
    json[level]({ time: new Date(time).toISOString(), ...(component !== '' && { component }), ...fields }, message);
}
