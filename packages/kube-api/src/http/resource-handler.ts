import type { IncomingMessage, ServerResponse } from 'node:http';
import type { User } from '../auth/user.js';
import { isJsonObject, type ApiObject, type Json } from '../object.js';
import type { Operations, PatchType, Target, WriteContext } from '../operations.js';
import { tableOf } from '../print/table.js';
import { apiVersionOf } from '../resources/resource.js';
import { parseFieldSelector, parseLabelSelector, type Predicate } from '../selectors.js';
import { ApiError, notFound } from '../status.js';
import type { Store } from '../storage/store.js';
import type { DeleteOptions } from '../write/deletion.js';
import type { FieldValidation } from '../write/decode-body.js';
import { includeOf, metadataOnly, sendJson, sendObject } from './answers.js';
import { parseBody, readBody } from './body.js';
import { Pager } from './paging.js';
import { acceptedForm } from './request.js';
import type { Subresources } from './subresources.js';
import { streamWatch } from './watch-stream.js';

export { sendJson, sendObject } from './answers.js';

const patchTypes: Readonly<Record<string, PatchType>> = {
  'application/merge-patch+json': 'merge',
  'application/json-patch+json': 'json',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

const fieldValidations: readonly string[] = ['Ignore', 'Warn', 'Strict'];
const defaultWatchSeconds = 1_800;

export interface ResourceRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  readonly target: Target;
  readonly user: User;
}

/** Answers requests about objects and collections. */
export class ResourceHandler {
  readonly #store: Store;
  readonly #operations: Operations;
  readonly #subresources: Subresources;
  readonly #pager = new Pager();

  constructor(modules: {
    readonly store: Store;
    readonly operations: Operations;
    readonly subresources: Subresources;
  }) {
    this.#store = modules.store;
    this.#operations = modules.operations;
    this.#subresources = modules.subresources;
  }

  async handle(call: ResourceRequest): Promise<void> {
    const { target, request } = call;
    const { subresource } = target;
    if (target.resource.virtual || (subresource !== undefined && subresource !== 'status')) {
      return this.#subresources.handle(call);
    }
    if (subresource === 'status' && !target.resource.status) throw notFound(target.resource, `${target.name}/status`);
    return target.name === undefined ? this.#collection(call, request.method) : this.#object(call, request.method);
  }

  #collection(call: ResourceRequest, method: string | undefined): Promise<void> | void {
    switch (method) {
      case 'GET':
      case 'HEAD':
        return isTrue(call.query.get('watch')) ? this.#watch(call) : this.#list(call);
      case 'POST':
        return this.#create(call);
      case 'DELETE':
        return this.#deleteCollection(call);
      default:
        throw methodNotAllowed();
    }
  }

  #object(call: ResourceRequest, method: string | undefined): Promise<void> | void {
    switch (method) {
      case 'GET':
      case 'HEAD':
        if (isTrue(call.query.get('watch'))) return this.#watch(call);
        return sendObject(call, 200, this.#operations.get(call.target));
      case 'PUT':
        return this.#update(call);
      case 'PATCH':
        return this.#patch(call);
      case 'DELETE':
        return this.#delete(call);
      default:
        throw methodNotAllowed();
    }
  }

  #list(call: ResourceRequest): void {
    const { target, query, request } = call;
    const matches = this.#predicate(call);
    const list = (): ApiObject[] => this.#operations.list(target).filter(matches);
    const { items: page, version, token, remaining } = this.#pager.page(query, list, this.#store.version);
    requireExact(query, this.#store.version);
    const form = acceptedForm(request.headers.accept);
    if (form.as === 'Table') {
      const table = tableOf(target.resource, page, {
        version: form.version,
        include: includeOf(query),
        resourceVersion: version,
        ...(token ? { continueToken: token, remaining } : {}),
      });
      return sendJson(call.response, 200, table);
    }
    const metadata = { resourceVersion: version, ...(token ? { continue: token, remainingItemCount: remaining } : {}) };
    if (form.as !== undefined) {
      const items = page.map(metadataOnly);
      return sendJson(call.response, 200, {
        kind: 'PartialObjectMetadataList',
        apiVersion: 'meta.k8s.io/v1',
        metadata,
        items,
      });
    }
    return sendJson(call.response, 200, {
      kind: `${target.resource.kind}List`,
      apiVersion: apiVersionOf(target.resource),
      metadata,
      items: page,
    });
  }

  #watch(call: ResourceRequest): void {
    const { target, query, request, response } = call;
    const version = query.get('resourceVersion') ?? '';
    const initial = isTrue(query.get('sendInitialEvents')) || version === '' || version === '0';
    if (!initial && !/^\d+$/.test(version)) {
      throw new ApiError('BadRequest', `resourceVersion: Invalid value: "${version}"`);
    }
    if (!initial && Number(version) > this.#store.version) throw fromTheFuture(version, this.#store.version);
    streamWatch(this.#store, response, {
      resource: target.resource,
      namespace: target.resource.namespaced ? target.namespace : undefined,
      matches: this.#predicate(call),
      since: initial ? undefined : Number(version),
      bookmarks: isTrue(query.get('allowWatchBookmarks')),
      markInitialEnd: isTrue(query.get('sendInitialEvents')),
      timeoutSeconds: Number(query.get('timeoutSeconds')) || defaultWatchSeconds,
      form: acceptedForm(request.headers.accept),
      include: includeOf(query),
    });
  }

  async #create(call: ResourceRequest): Promise<void> {
    const body = await this.#body(call);
    const namespace = call.target.namespace ?? namespaceIn(body);
    const target = namespace === undefined ? call.target : { ...call.target, namespace };
    sendObject(call, 201, await this.#operations.create(target, body, writeContext(call)));
  }

  async #update(call: ResourceRequest): Promise<void> {
    const body = await this.#body(call);
    sendObject(call, 200, await this.#operations.update(call.target, body, writeContext(call)));
  }

  async #patch(call: ResourceRequest): Promise<void> {
    const contentType = (call.request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
    const type = patchTypes[contentType];
    if (!type) {
      throw new ApiError(
        'UnsupportedMediaType',
        `the body of the request was in an unknown format - accepted media types include: ${Object.keys(patchTypes).join(', ')}`,
      );
    }
    const patch = parseBody(await readBody(call.request), contentType);
    if (type === 'apply' && !call.query.get('fieldManager')) {
      throw new ApiError(
        'BadRequest',
        'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
      );
    }
    const { object, created } = await this.#operations.patch(call.target, type, patch, writeContext(call));
    sendObject(call, created ? 201 : 200, object);
  }

  async #delete(call: ResourceRequest): Promise<void> {
    const { options, context } = await this.#deletion(call);
    const { object, gone } = await this.#operations.delete(call.target, options, context);
    if (!gone || call.target.resource.kind === 'Pod') return sendObject(call, 200, object);
    const { group, plural } = call.target.resource;
    const { name, uid } = object.metadata;
    sendJson(call.response, 200, {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name, ...(group ? { group } : {}), kind: plural, uid },
    });
  }

  async #deleteCollection(call: ResourceRequest): Promise<void> {
    const { options, context } = await this.#deletion(call);
    const objects = this.#operations.list(call.target).filter(this.#predicate(call));
    for (const { metadata } of objects) {
      const target = {
        ...call.target,
        name: metadata.name,
        ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      };
      await this.#operations.delete(target, options, context).catch(unlessGone);
    }
    sendJson(call.response, 200, {
      kind: `${call.target.resource.kind}List`,
      apiVersion: apiVersionOf(call.target.resource),
      metadata: { resourceVersion: String(this.#store.version) },
      items: objects,
    });
  }

  #predicate({ query, target }: ResourceRequest): Predicate {
    const labels = parseLabelSelector(query.get('labelSelector') ?? undefined);
    const fields = parseFieldSelector(query.get('fieldSelector') ?? undefined, target.resource.selectableFields);
    return (object) =>
      labels(object) && fields(object) && (target.name === undefined || object.metadata.name === target.name);
  }

  async #body({ request }: ResourceRequest): Promise<Json> {
    return parseBody(await readBody(request), request.headers['content-type'] ?? '');
  }

  /** What a deletion says about itself; all of it may be in the query or in the body. */
  async #deletion(call: ResourceRequest): Promise<{ readonly options: DeleteOptions; readonly context: WriteContext }> {
    const given = await readBody(call.request);
    const body = given.length === 0 ? {} : parseBody(given, call.request.headers['content-type'] ?? '');
    if (!isJsonObject(body)) throw new ApiError('BadRequest', 'DeleteOptions must be an object');
    const grace = call.query.get('gracePeriodSeconds') ?? body['gracePeriodSeconds'];
    const { preconditions, dryRun } = body;
    const context = writeContext(call);
    const isDry = context.dryRun || (Array.isArray(dryRun) && dryRun.includes('All'));
    const options: DeleteOptions = {
      gracePeriodSeconds: grace === undefined || grace === null ? undefined : Number(grace),
      propagationPolicy: call.query.get('propagationPolicy') ?? stringOf(body['propagationPolicy']),
      preconditions: isJsonObject(preconditions)
        ? { uid: stringOf(preconditions['uid']), resourceVersion: stringOf(preconditions['resourceVersion']) }
        : undefined,
    };
    return { options, context: { ...context, dryRun: isDry } };
  }
}

function unlessGone(error: unknown): void {
  if (!(error instanceof ApiError && error.reason === 'NotFound')) throw error;
}

/** Only the present can be listed: an exact version of the past is gone. */
function requireExact(query: URLSearchParams, current: number): void {
  const wanted = query.get('resourceVersion');
  if (query.get('resourceVersionMatch') !== 'Exact' || wanted === String(current)) return;
  throw new ApiError('Expired', `The resourceVersion for the provided list is too old: ${wanted}, current: ${current}`);
}

/** A version that this server has not reached: it was given by another one, whose state is not known here. */
function fromTheFuture(version: string, current: number): ApiError {
  return new ApiError('Expired', `too old resource version: ${version} is not of this server, which is at ${current}`);
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isTrue(value: string | null): boolean {
  return value === 'true' || value === '1';
}

function methodNotAllowed(): ApiError {
  return new ApiError('MethodNotAllowed', 'the server does not allow this method on the requested resource');
}

/** What a request says about how to write, apart from what. */
export function writeContext({ query, user, request, response }: ResourceRequest): WriteContext {
  const validation = query.get('fieldValidation');
  if (validation !== null && !fieldValidations.includes(validation)) {
    throw new ApiError('BadRequest', `fieldValidation: Unsupported value: "${validation}"`);
  }
  return {
    fieldValidation: (validation ?? 'Warn') as FieldValidation,
    warn: (message) => response.appendHeader('warning', `299 - ${JSON.stringify(message)}`),
    dryRun: query.getAll('dryRun').includes('All'),
    user: user.name,
    groups: user.groups,
    fieldManager: query.get('fieldManager') ?? request.headers['user-agent']?.split('/')[0] ?? 'unknown',
    force: isTrue(query.get('force')),
  };
}

function namespaceIn(body: Json): string | undefined {
  const metadata = isJsonObject(body) ? body['metadata'] : undefined;
  return isJsonObject(metadata) ? stringOf(metadata['namespace']) : undefined;
}
