import { createServer as createHttpsServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server as NetServer } from 'node:net';
import {
  aggregatedDiscovery,
  apiGroupList,
  apiGroupOf,
  apiResourceList,
  apiVersions,
  type AggregatedGroup,
} from '../discovery/discovery.js';
import { openapiV2, openapiV3Document, openapiV3Index } from '../discovery/openapi.js';
import type { ResourceRegistry } from '../resources/registry.js';
import { ApiError, statusOf } from '../status.js';
import { serverVersion } from '../version.js';
import { acceptedForm, parseResourcePath } from './request.js';
import { sendJson, type ResourceHandler } from './resource-handler.js';
import type { User, Users } from './users.js';

/** Serves a group that another server implements; true when it took the request. */
export interface Aggregator {
  groups(): readonly AggregatedGroup[];
  proxy(request: IncomingMessage, response: ServerResponse, group: string, version: string, user: User): Promise<void>;
}

export interface RouterModules {
  readonly registry: ResourceRegistry;
  readonly resources: ResourceHandler;
  readonly users: Users;
  readonly aggregator: Aggregator;
  readonly onError: (error: unknown) => void;
}

/** Paths that say nothing about the cluster: anybody may ask. */
const openPaths = new Set(['/version', '/healthz', '/livez', '/readyz']);

/** Finds who answers a request, and turns every failure into a Status. */
export function createRouter(modules: RouterModules): (request: IncomingMessage, response: ServerResponse) => void {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'https://localhost');
    const pathname = url.pathname.replace(/(.)\/$/, '$1');
    if (openPaths.has(pathname)) return answerOpen(pathname, response);
    const user = modules.users.authenticate(request);
    if (answerDiscovery(modules, pathname, request, response)) return undefined;

    const path = parseResourcePath(pathname);
    if (!path) throw new ApiError('NotFound', 'the server could not find the requested resource');
    if (modules.aggregator.groups().some(({ group, version }) => group === path.group && version === path.version)) {
      return modules.aggregator.proxy(request, response, path.group, path.version, user);
    }
    const resource = modules.registry.find(path.group, path.version, path.plural);
    if (!resource || (path.namespace !== undefined && !resource.namespaced)) {
      throw new ApiError('NotFound', 'the server could not find the requested resource');
    }
    const { namespace, name, subresource } = path;
    return modules.resources.handle({
      request,
      response,
      query: url.searchParams,
      target: { resource, namespace, name, subresource },
      user,
    });
  };
  return (request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (!(error instanceof ApiError)) modules.onError(error);
      if (response.headersSent) return void response.destroy();
      const status = statusOf(error);
      return sendJson(response, status.code, status);
    });
  };
}

function answerOpen(pathname: string, response: ServerResponse): void {
  if (pathname === '/version') return sendJson(response, 200, serverVersion);
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.end('ok');
}

/** Answers what describes the API itself; false for anything else. */
function answerDiscovery(
  { registry, aggregator }: RouterModules,
  pathname: string,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { accept } = request.headers;
  const form = acceptedForm(accept);
  const parts = pathname.split('/').slice(1);
  const found = (body: object | undefined): boolean => {
    if (!body) return false;
    sendJson(response, 200, body);
    return true;
  };
  if (pathname === '/api' || pathname === '/apis') {
    if (form.as === 'APIGroupDiscoveryList' && aggregator.groups().length === 0) {
      const type = `application/json;g=apidiscovery.k8s.io;v=${form.version};as=APIGroupDiscoveryList`;
      const body = JSON.stringify(aggregatedDiscovery(registry, pathname, form.version));
      response.writeHead(200, { 'content-type': type });
      response.end(body);
      return true;
    }
    return found(pathname === '/api' ? apiVersions() : apiGroupList(registry, aggregator.groups()));
  }
  if (parts[0] === 'api' && parts.length === 2) return found(apiResourceList(registry, '', parts[1] ?? ''));
  if (parts[0] === 'apis' && parts.length === 2)
    return found(apiGroupOf(registry, aggregator.groups(), parts[1] ?? ''));
  if (parts[0] === 'apis' && parts.length === 3)
    return found(apiResourceList(registry, parts[1] ?? '', parts[2] ?? ''));
  if (pathname === '/openapi/v3') return found(openapiV3Index(registry));
  if (parts[0] === 'openapi' && parts[1] === 'v3') return found(openapiV3Document(registry, parts.slice(2).join('/')));
  if (pathname === '/openapi/v2') {
    const { contentType, body } = openapiV2(registry, accept ?? '');
    response.writeHead(200, { 'content-type': contentType, 'content-length': body.length });
    response.end(body);
    return true;
  }
  return false;
}

/** A TLS server that asks for client certificates of our authority but takes tokens as well. */
export function createTlsServer(
  tls: { readonly cert: string; readonly key: string; readonly ca: string },
  onRequest: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const server = createHttpsServer(
    { ...tls, requestCert: true, rejectUnauthorized: false, minVersion: 'TLSv1.2' },
    onRequest,
  );
  server.keepAliveTimeout = 60_000;
  server.requestTimeout = 0;
  return server;
}

/** Hands connections that another server accepted to the TLS server. */
export function acceptFrom(tlsServer: Server, source: NetServer): void {
  source.on('connection', (socket) => tlsServer.emit('connection', socket));
}
