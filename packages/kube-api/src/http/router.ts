import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Aggregator } from '../aggregation/aggregator.js';
import type { Authenticator } from '../auth/authenticator.js';
import type { Action, Authorizer } from '../auth/authorizer.js';
import type { User } from '../auth/user.js';
import type { ResourceRegistry } from '../resources/registry.js';
import { ApiError, statusOf } from '../status.js';
import { serverVersion } from '../version.js';
import { sendJson, sendText } from './answers.js';
import type { DiscoveryHandler } from './discovery-handler.js';
import { impersonated } from './impersonation.js';
import { parseResourcePath, type ResourcePath } from './request.js';
import type { ResourceHandler } from './resource-handler.js';

export interface RouterModules {
  readonly registry: ResourceRegistry;
  readonly resources: ResourceHandler;
  readonly discovery: DiscoveryHandler;
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  readonly aggregator: Aggregator;
  readonly onError: (error: unknown) => void;
}

/** Paths that say nothing about the cluster: anybody may ask. */
const openPaths = new Set(['/version', '/healthz', '/livez', '/readyz']);

/** Finds who answers a request, and turns every failure into a Status. */
export function createRouter(modules: RouterModules): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    answer(modules, request, response).catch((error: unknown) => {
      // Whoever went away in the middle of a request wants no answer.
      if (response.destroyed) return;
      if (!(error instanceof ApiError)) modules.onError(error);
      if (response.headersSent) return void response.destroy();
      const status = statusOf(error);
      // What was not read of the body is not read any more.
      if (!request.complete) response.setHeader('connection', 'close');
      return sendJson(response, status.code, status);
    });
  };
}

async function answer(modules: RouterModules, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = urlOf(request);
  const pathname = url.pathname.replace(/(.)\/$/, '$1');
  if (openPaths.has(pathname)) return answerOpen(pathname, response);
  const asking = modules.authenticator.authenticate(request);
  const user = impersonated(asking, request.headers, modules.authorizer);
  const path = parseResourcePath(pathname);
  if (!path) {
    authorize(modules, user, { kind: 'path', verb: (request.method ?? 'GET').toLowerCase(), path: pathname });
    if (modules.discovery.answer(pathname, request, response)) return undefined;
    const remote = aggregatedPath(modules, pathname);
    if (remote) return modules.aggregator.proxy(request, response, remote, user);
    throw notThere();
  }
  authorize(modules, user, actionOf(path, request.method, url.searchParams));
  const remote = modules.aggregator.find(path.group, path.version);
  if (remote) return modules.aggregator.proxy(request, response, remote, user);
  const resource = modules.registry.find(path.group, path.version, path.plural);
  if (!resource || (path.namespace !== undefined && !resource.namespaced)) throw notThere();
  const { namespace, name, subresource } = path;
  return modules.resources.handle({
    request,
    response,
    query: url.searchParams,
    target: { resource, namespace, name, subresource },
    user,
  });
}

/** `/apis/GROUP/VERSION` of a group that another server serves. */
function aggregatedPath({ aggregator }: RouterModules, pathname: string): ReturnType<Aggregator['find']> {
  const [, apis, group = '', version = '', ...more] = pathname.split('/');
  return apis === 'apis' && more.length === 0 ? aggregator.find(group, version) : undefined;
}

function urlOf(request: IncomingMessage): URL {
  try {
    return new URL(request.url ?? '/', 'https://localhost');
  } catch {
    throw new ApiError('BadRequest', 'the request has no path that can be read');
  }
}

function notThere(): ApiError {
  return new ApiError('NotFound', 'the server could not find the requested resource');
}

function authorize({ authorizer }: RouterModules, user: User, action: Action): void {
  const { allowed, reason } = authorizer.authorize(user, action);
  if (allowed) return;
  const because = reason ? `: ${reason}` : '';
  if (action.kind === 'path') {
    throw new ApiError(
      'Forbidden',
      `forbidden: User "${user.name}" cannot ${action.verb} path "${action.path}"${because}`,
    );
  }
  const { verb, group, resource, subresource, namespace, name } = action;
  const what = `${resource}${subresource ? `/${subresource}` : ''}`;
  const where = namespace ? `in the namespace "${namespace}"` : 'at the cluster scope';
  const subject = `${resource}${group ? `.${group}` : ''}${name ? ` "${name}"` : ''} is forbidden`;
  throw new ApiError(
    'Forbidden',
    `${subject}: User "${user.name}" cannot ${verb} resource "${what}" in API group "${group}" ${where}${because}`,
    { ...(name ? { name } : {}), ...(group ? { group } : {}), kind: resource },
  );
}

function actionOf(path: ResourcePath, method: string | undefined, query: URLSearchParams): Action {
  const { group, plural, namespace, name, subresource } = path;
  const inNamespace = namespace ?? (plural === 'namespaces' && group === '' ? name : undefined);
  const verb = verbOf(method, name !== undefined, query);
  const named = name ?? (verb === 'list' || verb === 'watch' ? onlyName(query) : undefined);
  return { kind: 'resource', verb, group, resource: plural, subresource, namespace: inNamespace, name: named };
}

/** A list of one object by its name is allowed to those who may list that one. */
function onlyName(query: URLSearchParams): string | undefined {
  return /(?:^|,)metadata\.name==?([^,]+)/.exec(query.get('fieldSelector') ?? '')?.[1];
}

function verbOf(method: string | undefined, hasName: boolean, query: URLSearchParams): string {
  switch (method) {
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return hasName ? 'delete' : 'deletecollection';
    default: {
      const watch = query.get('watch');
      if (watch === 'true' || watch === '1') return 'watch';
      return hasName ? 'get' : 'list';
    }
  }
}

function answerOpen(pathname: string, response: ServerResponse): void {
  if (pathname === '/version') return sendJson(response, 200, serverVersion);
  return sendText(response, 200, Buffer.from('ok'), 'text/plain');
}
