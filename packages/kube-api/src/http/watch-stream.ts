import type { ServerResponse } from 'node:http';
import type { ApiObject } from '../object.js';
import { tableOf, type IncludeObject } from '../print/table.js';
import type { ApiResource } from '../resources/resource.js';
import { apiVersionOf, storageKey } from '../resources/resource.js';
import type { Predicate } from '../selectors.js';
import { statusOf } from '../status.js';
import type { Store, StoreEvent } from '../storage/store.js';
import type { AcceptedForm } from './request.js';

/** A client that is this far behind is cut off and comes back later, instead of filling our memory. */
const maxBacklogBytes = 16 << 20;
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
  let first = true;

  const send = (type: string, object: object): void => {
    response.write(`${JSON.stringify({ type, object })}\n`);
    if (response.writableLength > maxBacklogBytes) response.destroy();
  };
  const sendObject = (type: StoreEvent['type'], object: ApiObject): void => {
    send(type, formed(object, options, first));
    first = false;
  };
  const bookmark = (annotations?: Record<string, string>): void =>
    send('BOOKMARK', {
      kind: resource.kind,
      apiVersion: apiVersionOf(resource),
      metadata: {
        resourceVersion: String(store.version),
        creationTimestamp: null,
        ...(annotations ? { annotations } : {}),
      },
    });
  const onEvent = ({ type, object, previous }: StoreEvent): void => {
    if (options.namespace !== undefined && object.metadata.namespace !== options.namespace) return;
    const was = previous !== undefined && matches(previous);
    const is = type !== 'DELETED' && matches(object);
    if (is) sendObject(was ? 'MODIFIED' : 'ADDED', object);
    else if (was) sendObject('DELETED', object);
  };

  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  const since = options.since ?? store.version;
  if (options.since === undefined) {
    for (const object of store.list(collection, options.namespace)) if (matches(object)) sendObject('ADDED', object);
    if (options.markInitialEnd) bookmark({ 'k8s.io/initial-events-end': 'true' });
  }
  let unsubscribe: () => void;
  try {
    unsubscribe = store.watch(collection, since, onEvent);
  } catch (error) {
    send('ERROR', statusOf(error));
    response.end();
    return;
  }
  const ticking = options.bookmarks ? setInterval(() => bookmark(), bookmarkIntervalMs) : undefined;
  const timeout = setTimeout(() => {
    if (options.bookmarks) bookmark();
    response.end();
  }, options.timeoutSeconds * 1000);
  response.on('close', () => {
    unsubscribe();
    clearInterval(ticking);
    clearTimeout(timeout);
  });
}

function formed(object: ApiObject, { resource, form, include }: WatchOptions, first: boolean): object {
  const versioned = { ...object, apiVersion: apiVersionOf(resource) };
  if (form.as === 'Table') {
    const { resourceVersion } = object.metadata;
    return tableOf(resource, [versioned], { version: form.version, include, resourceVersion, withoutColumns: !first });
  }
  if (form.as !== undefined) {
    return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
  }
  return versioned;
}
