import { HttpError, type HttpAnswer, type HttpRequest } from '@antrea-ts/runtime';
import type { Spanned, WatchSelection, WatchStore } from '../store/watch-store.js';
import { json, type ApiResource, type ResourceHandlers } from './api-group.js';

/** Real servers end watches after two to four hours; so do we, that agents spread again after a restart of ours. */
const shortestWatchMs = 2 * 3_600_000;

interface WatchedResourceOptions<T extends Spanned> {
  readonly apiVersion: string;
  readonly resource: ApiResource;
  readonly store: Pick<WatchStore<T, never>, 'get' | 'list' | 'watch'>;
  /** The whole object, without its type. */
  readonly full: (object: T) => object;
  /** Nothing is told before: part of the objects would pass for all. */
  readonly subresources?: ResourceHandlers['subresources'];
  readonly ready: (options: { readonly signal: AbortSignal }) => Promise<void>;
  /**
   * Brings the store up to date. Groups have the members of now: a watch that began with some that no change ever told
   * of would not be told that they are gone.
   */
  readonly compute: () => void;
}

/** get, list and watch of a store's objects. */
export function watchedResource<T extends Spanned>(options: WatchedResourceOptions<T>): ResourceHandlers {
  const { apiVersion, resource, store, full, ready, compute } = options;
  const typed = (object: T): object => ({ kind: resource.kind, apiVersion, ...full(object) });
  return {
    ...(options.subresources ? { subresources: options.subresources } : {}),
    async list({ http }) {
      const selection = selectionOf(http);
      await ready(http);
      compute();
      if (isTrue(http.query.get('watch'))) return watch(store, selection, http);
      const items = [...store.list()].filter(({ name }) => selection.name === undefined || name === selection.name);
      return json({ kind: `${resource.kind}List`, apiVersion, metadata: {}, items: items.map(typed) });
    },
    async get({ name, http }) {
      await ready(http);
      compute();
      const object = store.get(name);
      if (!object) throw new HttpError(404, `${resource.name}.${apiVersion.split('/')[0]} "${name}" not found`);
      return json(typed(object));
    },
  };
}

function watch(
  store: Pick<WatchStore<never, never>, 'watch'>,
  selection: WatchSelection,
  http: HttpRequest,
): HttpAnswer {
  const watcher = store.watch(selection);
  const wanted = Number(http.query.get('timeoutSeconds') ?? '');
  const lifetime = wanted > 0 ? wanted * 1000 : shortestWatchMs * (1 + Math.random());
  const timer = setTimeout(() => watcher.end(), Math.min(lifetime, 2 ** 31 - 1));
  const onEnd = (): void => clearTimeout(timer);
  watcher.ended.addEventListener('abort', onEnd, { once: true });
  http.signal.addEventListener('abort', () => watcher.end(), { once: true });
  if (http.signal.aborted) watcher.end();
  return { headers: { 'content-type': 'application/json' }, body: watcher, cut: watcher.ended };
}

/** `metadata.name=` and `nodeName=`; anything else is refused, as in 1.3. */
function selectionOf({ query }: HttpRequest): WatchSelection {
  const selection: { nodeName?: string; name?: string } = {};
  for (const term of (query.get('fieldSelector') ?? '').split(',')) {
    if (term === '') continue;
    const [, key, value] = /^([^=!]+)==?(.*)$/.exec(term) ?? [];
    if (key === 'nodeName') selection.nodeName = value ?? '';
    else if (key === 'metadata.name') selection.name = value ?? '';
    else throw new HttpError(400, `field label not supported: ${term}; use metadata.name= or nodeName=`);
  }
  return selection;
}

function isTrue(value: string | null): boolean {
  return value === 'true' || value === '1';
}
