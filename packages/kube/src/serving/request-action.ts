import type { HttpRequest } from '@antrea-ts/runtime';

/** What a request wants to do, in the words of the API's authorisation. */
export type RequestAction =
  | { readonly kind: 'path'; readonly verb: string; readonly path: string }
  | {
      readonly kind: 'resource';
      readonly verb: string;
      readonly group: string;
      readonly version: string;
      readonly resource: string;
      readonly subresource: string;
      readonly namespace: string;
      readonly name: string;
    };

const verbs: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/**
 * Reads what a request wants: `/apis/GROUP/VERSION/...` are resources, everything else is a path (RequestInfoFactory of
 * Kubernetes' API servers). The path is put as `Router` takes it, without empty parts: two readings of one path would
 * be a way around the authorisation.
 */
export function requestAction({ method, path, query }: Pick<HttpRequest, 'method' | 'path' | 'query'>): RequestAction {
  const parts = path.split('/').filter((part) => part !== '');
  if (parts[0] !== 'apis' || parts.length < 4) {
    return { kind: 'path', verb: method.toLowerCase(), path: `/${parts.join('/')}` };
  }
  const [, group = '', version = '', ...rest] = parts;
  const isInNamespace = rest[0] === 'namespaces' && rest.length > 2;
  const [resource = '', name = '', subresource = ''] = isInNamespace ? rest.slice(2) : rest;
  const action = { kind: 'resource', group, version, resource, subresource } as const;
  const namespace = isInNamespace ? (rest[1] ?? '') : '';
  const verb = verbs[method] ?? method.toLowerCase();
  if (name !== '') return { ...action, namespace, name, verb };
  const isWatch = ['true', '1'].includes(query.get('watch') ?? '');
  const verbOfAll: Readonly<Record<string, string>> = { get: isWatch ? 'watch' : 'list', delete: 'deletecollection' };
  // A list of one object by its name is allowed to those who may list that one.
  const [, only = ''] = /(?:^|,)metadata\.name==?([^,]*)/.exec(query.get('fieldSelector') ?? '') ?? [];
  return { ...action, namespace, name: verb === 'get' ? only : '', verb: verbOfAll[verb] ?? verb };
}

/** The action in a sentence: `get path "/metrics"`. */
export function describeAction(action: RequestAction): string {
  if (action.kind === 'path') return `${action.verb} path "${action.path}"`;
  const { verb, resource, subresource, group, namespace, name } = action;
  const what = `resource "${resource}${subresource === '' ? '' : `/${subresource}`}" in API group "${group}"`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  return `${verb} ${what}${name === '' ? '' : ` named "${name}"`} ${where}`;
}
