import type { LogRecord } from './logger.js';

const bareWord = /^[^\s"=]+$/;

/** A log line for people: time, level, component, message, then the fields as `key=value`. No line end. */
export function renderText(record: LogRecord): string {
  const where = record.component === '' ? '' : ` ${record.component}:`;
  const fields = Object.entries(record.fields)
    .map(([key, value]) => ` ${key}=${renderValue(value)}`)
    .join('');
  return `${new Date(record.time).toISOString()} ${record.level.toUpperCase().padEnd(5)}${where} ${record.message}${fields}`;
}

function renderValue(value: unknown): string {
  if (typeof value === 'string') return bareWord.test(value) ? value : JSON.stringify(value);
  return isErrorFields(value) ? JSON.stringify(describeError(value)) : JSON.stringify(value);
}

interface ErrorFields {
  readonly type: string;
  readonly message: string;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

function isErrorFields(value: unknown): value is ErrorFields {
  return typeof value === 'object' && value !== null && 'type' in value && 'message' in value;
}

/** `message: cause: cause of the cause`; the members of an aggregate in brackets. */
function describeError(error: ErrorFields): string {
  const members = Array.isArray(error.errors) ? ` [${error.errors.map(describeUnknown).join('; ')}]` : '';
  const cause = error.cause === undefined ? '' : `: ${describeUnknown(error.cause)}`;
  return `${error.message}${members}${cause}`;
}

function describeUnknown(value: unknown): string {
  if (isErrorFields(value)) return describeError(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
