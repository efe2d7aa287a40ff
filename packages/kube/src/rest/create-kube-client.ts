import type { KubeConnection } from '../config/connection.js';
import { KubeError } from '../errors.js';
import type {
  DeleteOptions,
  KubeClient,
  ListOptions,
  Patch,
  RawRequest,
  Selection,
  WatchOptions,
  WriteOptions,
} from '../kube-client.js';
import {
  apiVersionOf,
  resourcePath,
  type KubeList,
  type KubeObject,
  type ObjectRef,
  type Resource,
  type Stored,
} from '../resource.js';
import { watchStream } from '../watch/watch-stream.js';
import type { WatchEvent } from '../watch/watch-event.js';
import { isNamed, withoutManagedFields } from './clean-object.js';
import { queryString } from './query.js';
import { longestAnswer, readText } from './read-text.js';
import { defaultRetry, sendWithRetry, type RetryOptions } from './send-with-retry.js';
import { operationOf, Transport, type HttpRequest, type TransportOptions } from './transport.js';

/** How a client behaves. */
export interface KubeClientOptions extends TransportOptions {
  /** Milliseconds without an answer until a call fails; default 30,000. */
  readonly timeout?: number | undefined;
  readonly retry?: RetryOptions | undefined;
}

/** Makes a client; it connects at the first call. */
export function createKubeClient(connection: KubeConnection, options: KubeClientOptions = {}): KubeClient {
  return new RestClient(connection, options);
}

const contentTypes = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
  // JSON is YAML.
  apply: 'application/apply-patch+yaml',
} as const satisfies Record<Patch['type'], string>;

type Sent = Omit<HttpRequest, 'timeout'>;
const json = { 'content-type': 'application/json' };

class RestClient implements KubeClient {
  readonly #transport: Transport;
  readonly #timeout: number;
  readonly #retry: RetryOptions;

  constructor(connection: KubeConnection, options: KubeClientOptions) {
    this.#transport = new Transport(connection, options);
    this.#timeout = options.timeout ?? 30_000;
    this.#retry = options.retry ?? defaultRetry;
  }

  async get<T extends KubeObject>(
    of: Resource<T>,
    ref: ObjectRef,
    options: { signal?: AbortSignal | undefined; subresource?: string } = {},
  ): Promise<Stored<T>> {
    const path = objectPath(of, ref, options.subresource);
    return await this.#object(of, { method: 'GET', path, signal: options.signal });
  }

  async list<T extends KubeObject>(of: Resource<T>, options: ListOptions = {}): Promise<KubeList<T>> {
    const items: Stored<T>[] = [];
    let metadata: KubeList<T>['metadata'] = { resourceVersion: '' };
    for await (const page of this.listPages(of, options)) {
      for (const item of page.items) items.push(item);
      metadata = page.metadata;
    }
    return { metadata, items };
  }

  async *listPages<T extends KubeObject>(
    of: Resource<T>,
    options: ListOptions = {},
  ): AsyncGenerator<KubeList<T>, void, undefined> {
    let next: string | undefined;
    do {
      const query = queryString({
        limit: options.pageSize ?? 500,
        continue: next,
        labelSelector: options.labelSelector,
        fieldSelector: options.fieldSelector,
        // A page token carries its version; the server refuses both.
        resourceVersion: next === undefined ? options.resourceVersion : undefined,
      });
      const path = resourcePath(of, { namespace: options.namespace }) + query;
      const page = await this.#json({ method: 'GET', path, signal: options.signal });
      const list = checkList<T>(`list ${of.plural}`, page);
      const rest = { apiVersion: apiVersionOf(of), kind: of.kind };
      // Objects of a list come without apiVersion and kind; with them they are like those of a get.
      yield { metadata: list.metadata, items: list.items.map((item) => ({ ...rest, ...withoutManagedFields(item) })) };
      next = list.metadata.continue;
    } while (next !== undefined && next !== '');
  }

  async create<T extends KubeObject>(of: Resource<T>, object: T, options: WriteOptions = {}): Promise<Stored<T>> {
    const { namespace, name } = object.metadata ?? {};
    const where = options.subresource === undefined ? {} : { name, subresource: options.subresource };
    const path = resourcePath(of, { namespace, ...where }) + writeQuery(options);
    return await this.#object(of, {
      method: 'POST',
      path,
      headers: json,
      body: bodyOf(of, object),
      signal: options.signal,
    });
  }

  async replace<T extends KubeObject>(of: Resource<T>, object: T, options: WriteOptions = {}): Promise<Stored<T>> {
    const { namespace, name } = object.metadata ?? {};
    const path = objectPath(of, { name: name ?? '', namespace }, options.subresource) + writeQuery(options);
    return await this.#object(of, {
      method: 'PUT',
      path,
      headers: json,
      body: bodyOf(of, object),
      signal: options.signal,
    });
  }

  async patch<T extends KubeObject>(
    of: Resource<T>,
    ref: ObjectRef,
    patch: Patch,
    options: WriteOptions = {},
  ): Promise<Stored<T>> {
    const isApply = patch.type === 'apply';
    const query = writeQuery({ ...options, ...(isApply && { fieldManager: patch.fieldManager, force: patch.force }) });
    return await this.#object(of, {
      method: 'PATCH',
      path: objectPath(of, ref, options.subresource) + query,
      headers: { 'content-type': contentTypes[patch.type] },
      body: isApply ? bodyOf(of, patch.body) : JSON.stringify(patch.body),
      signal: options.signal,
    });
  }

  async delete(of: Resource, ref: ObjectRef, options: DeleteOptions = {}): Promise<void> {
    const body = deleteBody(options);
    await this.#text({ method: 'DELETE', path: objectPath(of, ref), headers: json, body, signal: options.signal });
  }

  async deleteCollection(of: Resource, selection: Selection, options: DeleteOptions = {}): Promise<void> {
    const { namespace, labelSelector, fieldSelector } = selection;
    const path = resourcePath(of, { namespace }) + queryString({ labelSelector, fieldSelector });
    await this.#text({ method: 'DELETE', path, headers: json, body: deleteBody(options), signal: options.signal });
  }

  async createSubresource(
    of: Resource,
    ref: ObjectRef,
    subresource: string,
    body: object,
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<unknown> {
    const path = objectPath(of, ref, subresource);
    return await this.#json({
      method: 'POST',
      path,
      headers: json,
      body: JSON.stringify(body),
      signal: options.signal,
    });
  }

  watch<T extends KubeObject>(
    of: Resource<T>,
    options: WatchOptions = {},
  ): AsyncGenerator<WatchEvent<T>, void, undefined> {
    return watchStream(this.#transport, of, options);
  }

  async raw(request: RawRequest): Promise<string> {
    return await this.#text({ method: 'GET', ...request });
  }

  async close(): Promise<void> {
    await this.#transport.close();
  }

  async #object<T extends KubeObject>(of: Resource<T>, request: Sent): Promise<Stored<T>> {
    const object = await this.#json(request);
    if (typeof object !== 'object' || object === null) throw badAnswer(request, `not a ${of.kind}`);
    return withoutManagedFields(object as Stored<T>);
  }

  async #json(request: Sent): Promise<unknown> {
    const text = await this.#text(request);
    try {
      return JSON.parse(text);
    } catch (error) {
      throw badAnswer(request, `not JSON: ${text.slice(0, 100)}`, error);
    }
  }

  async #text(sent: Sent): Promise<string> {
    const request = { ...sent, timeout: this.#timeout };
    const answer = await sendWithRetry(this.#transport, request, this.#retry);
    try {
      return await readText(operationOf(request), answer.body, longestAnswer);
    } catch (error) {
      throw this.#transport.failure(request, error);
    }
  }
}

function objectPath(of: Resource, ref: ObjectRef, subresource?: string): string {
  if (ref.name === '') throw new KubeError('bad-request', `${of.plural}: an object needs a name`);
  if (of.namespaced && (ref.namespace === undefined || ref.namespace === '')) {
    throw new KubeError('bad-request', `${of.plural} ${ref.name}: a namespaced object needs a namespace`);
  }
  return resourcePath(of, { namespace: ref.namespace, name: ref.name, subresource });
}

function bodyOf(of: Resource, object: object): string {
  return JSON.stringify({ apiVersion: apiVersionOf(of), kind: of.kind, ...object });
}

function writeQuery(options: WriteOptions & { readonly force?: boolean | undefined }): string {
  const { fieldManager, dryRun, force } = options;
  return queryString({ fieldManager, dryRun: dryRun === true ? 'All' : undefined, force });
}

function deleteBody(options: DeleteOptions): string {
  const { propagation, gracePeriodSeconds, preconditions } = options;
  const body = {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    propagationPolicy: propagation,
    gracePeriodSeconds,
    preconditions,
  };
  return JSON.stringify(body);
}

function checkList<T extends KubeObject>(operation: string, page: unknown): KubeList<T> {
  const list = page as { metadata?: { resourceVersion?: string } | null; items?: unknown } | null;
  // An empty list may have null here. Without any it is something else, and must not pass for an empty one.
  const items = list?.items === null ? [] : list?.items;
  if (typeof list?.metadata?.resourceVersion !== 'string' || !Array.isArray(items)) {
    throw new KubeError('bad-answer', `${operation}: the answer is not a list`);
  }
  const nameless = items.findIndex((item) => !isNamed(item));
  if (nameless !== -1) throw new KubeError('bad-answer', `${operation}: items[${nameless}] has no metadata.name`);
  return { metadata: list.metadata as KubeList<T>['metadata'], items: items as Stored<T>[] };
}

function badAnswer(request: Sent, problem: string, cause?: unknown): KubeError {
  return new KubeError('bad-answer', `${operationOf(request)}: ${problem}`, {}, { cause });
}
