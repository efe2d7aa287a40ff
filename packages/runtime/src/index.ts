export { RuntimeError, errorMessage, isAbortError, type RuntimeErrorCode } from './errors.js';

export { logLevels, type LogFields, type Logger, type LogLevel } from './log/logger.js';
export { createLogger, type LoggerOptions, type RootLogger } from './log/create-logger.js';
export { memoryLogger, silentLogger, type MemoryLogEntry, type MemoryLogger } from './log/memory-logger.js';
export type { RotatingFileOptions } from './log/rotating-file.js';

export { runCommand, type CommandOptions, type CommandResult, type CommandRunner } from './command/run-command.js';
export { CommandError, type CommandEnd } from './command/command-error.js';

export { systemClock, type Clock } from './clock.js';
