import { HttpError, type HttpAnswer, type HttpRequest, type Router } from '@antrea-ts/runtime';

/** A resource of an aggregated API, as discovery describes it. */
export interface ApiResource {
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
}

/** What a resource can do. `namespace` is empty for resources of the whole cluster, and for a list of all. */
export interface ResourceHandlers {
  list?(request: ResourceRequest): HttpAnswer | Promise<HttpAnswer>;
  get?(request: ResourceRequest & { readonly name: string }): HttpAnswer | Promise<HttpAnswer>;
  create?(request: ResourceRequest): HttpAnswer | Promise<HttpAnswer>;
  /** Subresources by their name. */
  readonly subresources?: Readonly<
    Record<
      string,
      {
        readonly kind: string;
        readonly verbs: readonly string[];
        create?(request: ResourceRequest & { readonly name: string }): HttpAnswer | Promise<HttpAnswer>;
        get?(request: ResourceRequest & { readonly name: string }): HttpAnswer | Promise<HttpAnswer>;
      }
    >
  >;
}

export interface ResourceRequest {
  readonly namespace: string;
  readonly http: HttpRequest;
}

/** One version of a group with its resources. */
export interface ApiGroupVersion {
  readonly group: string;
  readonly version: string;
  readonly resources: readonly { readonly resource: ApiResource; readonly handlers: ResourceHandlers }[];
}

/** Adds discovery, and the paths of all resources. */
export function routeApis(router: Router, groups: readonly ApiGroupVersion[]): void {
  const apiGroups = groups.map(apiGroup);
  router.get('/apis', () => json({ kind: 'APIGroupList', apiVersion: 'v1', groups: apiGroups }));
  for (const [index, group] of groups.entries()) {
    const root = `/apis/${group.group}`;
    router.get(root, () => json({ kind: 'APIGroup', apiVersion: 'v1', ...apiGroups[index] }));
    router.get(`${root}/${group.version}`, () => json(resourceList(group)));
    for (const { resource, handlers } of group.resources) {
      routeResource(router, `${root}/${group.version}`, resource, handlers);
    }
  }
}

function routeResource(router: Router, root: string, resource: ApiResource, handlers: ResourceHandlers): void {
  const collections = resource.namespaced
    ? [`${root}/${resource.name}`, `${root}/namespaces/:namespace/${resource.name}`]
    : [`${root}/${resource.name}`];
  const at = (http: HttpRequest): ResourceRequest => ({ namespace: http.params['namespace'] ?? '', http });
  const named = (http: HttpRequest): ResourceRequest & { name: string } => ({
    ...at(http),
    name: http.params['name'] ?? '',
  });
  for (const collection of collections) {
    if (handlers.list) router.get(collection, (http) => handlers.list!(at(http)));
    if (handlers.create) router.post(collection, (http) => handlers.create!(at(http)));
    if (handlers.get) router.get(`${collection}/:name`, (http) => handlers.get!(named(http)));
    for (const [name, subresource] of Object.entries(handlers.subresources ?? {})) {
      const path = `${collection}/:name/${name}`;
      if (subresource.create) router.post(path, (http) => subresource.create!(named(http)));
      if (subresource.get) router.get(path, (http) => subresource.get!(named(http)));
    }
  }
}

function apiGroup({ group, version }: ApiGroupVersion): object {
  const groupVersion = { groupVersion: `${group}/${version}`, version };
  return { name: group, versions: [groupVersion], preferredVersion: groupVersion };
}

function resourceList({ group, version, resources }: ApiGroupVersion): object {
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: `${group}/${version}`,
    resources: resources.flatMap(({ resource, handlers }) => [
      resource,
      ...Object.entries(handlers.subresources ?? {}).map(([name, { kind, verbs }]) => ({
        name: `${resource.name}/${name}`,
        singularName: '',
        namespaced: resource.namespaced,
        kind,
        verbs,
      })),
    ]),
  };
}

/** An answer of JSON. */
export function json(body: unknown, status = 200): HttpAnswer {
  return { status, body: { json: body } };
}

/** The JSON object of a request's body. Throws 400 and names what it should be. */
export async function readObject(http: HttpRequest, what: string): Promise<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(await http.body()));
  } catch (cause) {
    if (cause instanceof HttpError) throw cause;
    throw new HttpError(400, `the body is no JSON: it must be a ${what}`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new HttpError(400, `the body must be a ${what} object`);
  }
  return value as Record<string, unknown>;
}
