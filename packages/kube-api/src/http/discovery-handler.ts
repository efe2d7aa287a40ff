import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Aggregator } from '../aggregation/aggregator.js';
import { aggregatedDiscovery, apiGroupList, apiGroupOf, apiResourceList, apiVersions } from '../discovery/discovery.js';
import { OpenapiDocuments } from '../discovery/openapi.js';
import type { ResourceRegistry } from '../resources/registry.js';
import { sendJson, sendText } from './answers.js';
import { acceptedForm } from './request.js';

/** Answers what describes the API itself. */
export class DiscoveryHandler {
  readonly #registry: ResourceRegistry;
  readonly #aggregator: Aggregator;
  readonly #openapi: OpenapiDocuments;

  constructor(modules: { readonly registry: ResourceRegistry; readonly aggregator: Aggregator }) {
    this.#registry = modules.registry;
    this.#aggregator = modules.aggregator;
    this.#openapi = new OpenapiDocuments(modules.registry);
  }

  /** False for a path that is none of discovery's. */
  answer(pathname: string, request: IncomingMessage, response: ServerResponse): boolean {
    const { accept = '' } = request.headers;
    const [root = '', ...rest] = pathname.split('/').slice(1);
    if (root === 'openapi') return this.#answerOpenapi(rest, accept, response);
    if (rest.length === 0 && (root === 'api' || root === 'apis')) return this.#answerRoot(`/${root}`, accept, response);
    const body = this.#document(root, rest);
    if (body) sendJson(response, 200, body);
    return body !== undefined;
  }

  #document(root: string, rest: readonly string[]): object | undefined {
    const [first = '', second = ''] = rest;
    if (root === '' && rest.length === 0) return { paths: this.#paths() };
    if (root === 'api' && rest.length === 1) return apiResourceList(this.#registry, '', first);
    if (root !== 'apis') return undefined;
    if (rest.length === 1) return apiGroupOf(this.#registry, this.#aggregator.groups(), first);
    return rest.length === 2 ? apiResourceList(this.#registry, first, second) : undefined;
  }

  #paths(): string[] {
    const groups = [...this.#registry.groups()].flatMap(([group, versions]) =>
      versions.map((version) => (group ? `/apis/${group}/${version}` : `/api/${version}`)),
    );
    return [
      '/api',
      '/apis',
      ...groups,
      '/healthz',
      '/livez',
      '/openapi/v2',
      '/openapi/v3',
      '/readyz',
      '/version',
    ].sort();
  }

  #answerRoot(root: '/api' | '/apis', accept: string, response: ServerResponse): boolean {
    const form = acceptedForm(accept);
    const groups = this.#aggregator.groups();
    // What other servers have is not known here: then clients ask group by group.
    if (form.as === 'APIGroupDiscoveryList' && groups.length === 0) {
      const type = `application/json;g=apidiscovery.k8s.io;v=${form.version};as=APIGroupDiscoveryList`;
      const body = aggregatedDiscovery(this.#registry, root, form.version);
      sendText(response, 200, Buffer.from(JSON.stringify(body)), type);
    } else sendJson(response, 200, root === '/api' ? apiVersions() : apiGroupList(this.#registry, groups));
    return true;
  }

  #answerOpenapi([version, ...path]: readonly string[], accept: string, response: ServerResponse): boolean {
    if (version === 'v2' && path.length === 0) {
      const { contentType, body } = this.#openapi.v2(accept);
      sendText(response, 200, body, contentType);
      return true;
    }
    if (version !== 'v3') return false;
    if (path.length === 0) sendJson(response, 200, this.#openapi.v3Index());
    else {
      const document = this.#openapi.v3(path.join('/'));
      if (!document) return false;
      sendText(response, 200, document, 'application/json');
    }
    return true;
  }
}
