/** What this package asks of a logger. */
export interface OvsLogger {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
}

export const silentLogger: OvsLogger = { debug: () => undefined, info: () => undefined, warn: () => undefined };
