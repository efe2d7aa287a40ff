import { HttpError, type HttpAnswer, type HttpHandler, type HttpRequest } from './http-types.js';

interface Route {
  readonly method: string;
  readonly parts: readonly string[];
  readonly handler: HttpHandler;
}

/**
 * Finds the handler of a request. Routes are paths with `:name` for one part and `*` at the end for the rest; the first
 * that was added and fits answers.
 */
export class Router {
  readonly #routes: Route[] = [];

  get(path: string, handler: HttpHandler): this {
    return this.add('GET', path, handler);
  }

  post(path: string, handler: HttpHandler): this {
    return this.add('POST', path, handler);
  }

  add(method: string, path: string, handler: HttpHandler): this {
    this.#routes.push({ method, parts: partsOf(path), handler });
    return this;
  }

  /** Paths of all routes, for a list at `/`. */
  get paths(): readonly string[] {
    return [...new Set(this.#routes.map(({ parts }) => `/${parts.join('/')}`))];
  }

  /** Throws `HttpError` 404, or 405 when another method would do. HEAD is answered as GET. */
  async handle(request: HttpRequest): Promise<HttpAnswer> {
    const parts = partsOf(request.path);
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    let fitsPath = false;
    for (const route of this.#routes) {
      const params = match(route.parts, parts);
      if (params === undefined) continue;
      if (route.method === method) return await route.handler({ ...request, params });
      fitsPath = true;
    }
    if (fitsPath) throw new HttpError(405, `${request.method} is not possible on ${request.path}`);
    throw new HttpError(404, `no such path: ${request.path}`);
  }
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}

function match(route: readonly string[], path: readonly string[]): Record<string, string> | undefined {
  const isOpen = route.at(-1) === '*';
  if (isOpen ? path.length < route.length - 1 : path.length !== route.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of route.entries()) {
    const given = path[index] ?? '';
    if (part === '*') params['*'] = path.slice(index).join('/');
    else if (part.startsWith(':')) params[part.slice(1)] = given;
    else if (part !== given) return undefined;
  }
  return params;
}
