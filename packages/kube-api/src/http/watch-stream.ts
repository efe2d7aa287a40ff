import type { ServerResponse } from 'node:http';
import type { ApiObject } from '../object.js';
import { tableOf, type IncludeObject } from '../print/table.js';
import { apiVersionOf, storageKey, toServed, type ApiResource } from '../resources/resource.js';
import type { Predicate } from '../selectors.js';
import { statusOf } from '../status.js';
import type { Store, StoreEvent } from '../storage/store.js';
import type { AcceptedForm } from './request.js';
import { WatchQueue } from './watch-queue.js';

const bookmarkIntervalMs = 20_000;

export interface WatchOptions {
  readonly resource: ApiResource;
  readonly namespace: string | undefined;
  readonly matches: Predicate;
  /** Version after which events are wanted; undefined: the present objects come first, as ADDED. */
  readonly since: number | undefined;
  readonly bookmarks: boolean;
  /** The end of the present objects is marked by a bookmark of its own. */
  readonly markInitialEnd: boolean;
  readonly timeoutSeconds: number;
  readonly form: AcceptedForm;
  readonly include: IncludeObject;
}

/** Streams the changes of a collection, one JSON document a line, until the client goes or the time is over. */
export function streamWatch(store: Store, response: ServerResponse, options: WatchOptions): void {
  const { resource, matches } = options;
  const collection = storageKey(resource);
  const format = formatter(options);
  const queue = new WatchQueue(response);
  const bookmark = (annotations?: Record<string, string>): void => {
    const { version } = store;
    queue.push(() => line('BOOKMARK', bookmarkObject(resource, version, annotations)));
  };
  const onEvent = ({ type, object, previous }: StoreEvent): void => {
    if (options.namespace !== undefined && object.metadata.namespace !== options.namespace) return;
    const was = previous !== undefined && matches(previous);
    const is = type !== 'DELETED' && matches(object);
    if (is) queue.push(() => format(was ? 'MODIFIED' : 'ADDED', object));
    else if (was) queue.push(() => format('DELETED', object));
  };

  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  const since = options.since ?? store.version;
  if (options.since === undefined) {
    for (const object of store.list(collection, options.namespace)) {
      if (matches(object)) queue.pushInitial(() => format('ADDED', object));
    }
    if (options.markInitialEnd) bookmark({ 'k8s.io/initial-events-end': 'true' });
  }
  let unsubscribe: () => void;
  try {
    unsubscribe = store.watch(collection, since, onEvent);
  } catch (error) {
    queue.push(() => line('ERROR', statusOf(error)));
    queue.end();
    return;
  }
  const ticking = options.bookmarks ? setInterval(() => bookmark(), bookmarkIntervalMs) : undefined;
  const timeout = setTimeout(() => {
    if (options.bookmarks) bookmark();
    queue.end();
  }, options.timeoutSeconds * 1000);
  response.on('close', () => {
    unsubscribe();
    queue.close();
    clearInterval(ticking);
    clearTimeout(timeout);
  });
}

type Format = (type: StoreEvent['type'], object: ApiObject) => string;

/** How an event looks on the wire. Tables know what came before: only the first has columns. */
function formatter({ resource, form, include }: WatchOptions): Format {
  if (form.as === 'Table') {
    let first = true;
    return (type, object) => {
      const { resourceVersion } = object.metadata;
      const options = { version: form.version, include, resourceVersion, withoutColumns: !first };
      first = false;
      return line(type, tableOf(resource, [toServed(resource, object)], options));
    };
  }
  if (form.as !== undefined) {
    return (type, { metadata }) =>
      line(type, { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata });
  }
  return (type, object) => `{"type":"${type}","object":${sharedJson(object, resource)}}\n`;
}

function line(type: string, object: object): string {
  return `${JSON.stringify({ type, object })}\n`;
}

const recentTexts = new Map<ApiObject, { readonly resource: ApiResource; readonly json: string }>();
const recentLimit = 256;

/** The text of an object; those of the last changes are kept, so that a thousand watches of one make it once. */
function sharedJson(object: ApiObject, resource: ApiResource): string {
  const known = recentTexts.get(object);
  if (known?.resource === resource) return known.json;
  const json = JSON.stringify(toServed(resource, object));
  recentTexts.set(object, { resource, json });
  for (const oldest of recentTexts.keys()) {
    if (recentTexts.size <= recentLimit) break;
    recentTexts.delete(oldest);
  }
  return json;
}

function bookmarkObject(resource: ApiResource, version: number, annotations?: Record<string, string>): object {
  return {
    kind: resource.kind,
    apiVersion: apiVersionOf(resource),
    metadata: {
      resourceVersion: String(version),
      creationTimestamp: null,
      ...(annotations ? { annotations } : {}),
    },
  };
}
