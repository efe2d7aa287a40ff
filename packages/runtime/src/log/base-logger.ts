import { isLevelEnabled, type LogFields, type Logger, type LogLevel, type LogRecord } from './logger.js';
import { toLoggable } from './redact.js';

/** What all loggers of one program share. */
export interface LoggerCore {
  level: LogLevel;
  readonly now: () => number;
  readonly write: (record: LogRecord) => void;
}

/** A logger that cleans fields and hands finished records to its core. */
export class BaseLogger implements Logger {
  readonly #core: LoggerCore;
  readonly #component: string;
  readonly #bound: LogFields;

  constructor(core: LoggerCore, component: string, bound: LogFields) {
    this.#core = core;
    this.#component = component;
    this.#bound = bound;
  }

  error(message: string, fields?: LogFields): void {
    this.#log('error', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#log('warn', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#log('info', message, fields);
  }

  debug(message: string, fields?: LogFields): void {
    this.#log('debug', message, fields);
  }

  child(scope: string | LogFields): Logger {
    if (typeof scope !== 'string') return new BaseLogger(this.#core, this.#component, { ...this.#bound, ...scope });
    const component = this.#component === '' ? scope : `${this.#component}.${scope}`;
    return new BaseLogger(this.#core, component, this.#bound);
  }

  #log(level: LogLevel, message: string, fields: LogFields | undefined): void {
    if (!isLevelEnabled(level, this.#core.level)) return;
    this.#core.write({
      time: this.#core.now(),
      level,
      component: this.#component,
      message,
      fields: toLoggable({ ...this.#bound, ...fields }),
    });
  }
}
