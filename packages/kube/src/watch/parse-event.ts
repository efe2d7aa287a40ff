import type { Status } from 'kubernetes-types/meta/v1.js';
import { KubeError } from '../errors.js';
import type { KubeObject, Stored } from '../resource.js';
import { errorFromStatus } from '../rest/status-error.js';
import { withoutManagedFields } from '../rest/clean-object.js';
import type { WatchEvent } from './watch-event.js';

const initialEventsEnd = 'k8s.io/initial-events-end';

interface WireEvent {
  readonly type?: unknown;
  readonly object?: KubeObject & Status;
}

/** One line of a watch. Throws the error that an ERROR event carries, and `bad-answer` for anything unknown. */
export function parseEvent<T extends KubeObject>(operation: string, line: string): WatchEvent<T> {
  const { type, object } = parseLine(operation, line);
  if (typeof object !== 'object' || object === null) throw bad(operation, line);
  if (type === 'ERROR') throw errorFromStatus(operation, object);
  const metadata = (object as KubeObject).metadata;
  if (typeof metadata !== 'object' || metadata === null) throw bad(operation, line);
  if (type === 'BOOKMARK') {
    return {
      type,
      resourceVersion: metadata.resourceVersion ?? '',
      initialEventsEnd: metadata.annotations?.[initialEventsEnd] === 'true',
    };
  }
  if ((type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED') || metadata.name === undefined) {
    throw bad(operation, line);
  }
  return { type, object: withoutManagedFields(object as unknown as Stored<T>) };
}

function parseLine(operation: string, line: string): WireEvent {
  try {
    return (JSON.parse(line) ?? {}) as WireEvent;
  } catch (error) {
    throw bad(operation, line, error);
  }
}

function bad(operation: string, line: string, cause?: unknown): KubeError {
  return new KubeError('bad-answer', `${operation}: not an event: ${line.slice(0, 100)}`, {}, { cause });
}
