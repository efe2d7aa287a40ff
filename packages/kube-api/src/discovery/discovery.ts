import type { ResourceRegistry } from '../resources/registry.js';
import { apiVersionOf, type ApiResource } from '../resources/resource.js';

/** Groups that other servers serve, through an APIService. */
export interface AggregatedGroup {
  readonly group: string;
  readonly version: string;
}

const readWrite = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

export function apiVersions(): object {
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
}

export function apiGroupList(registry: ResourceRegistry, aggregated: readonly AggregatedGroup[]): object {
  const groups = namedGroups(registry, aggregated);
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: [...groups].map(([name, versions]) => apiGroup(name, versions)),
  };
}

export function apiGroupOf(
  registry: ResourceRegistry,
  aggregated: readonly AggregatedGroup[],
  name: string,
): object | undefined {
  const versions = namedGroups(registry, aggregated).get(name);
  return versions && { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(name, versions) };
}

function namedGroups(registry: ResourceRegistry, aggregated: readonly AggregatedGroup[]): Map<string, string[]> {
  const groups = new Map(
    [...registry.groups()].filter(([name]) => name !== '').map(([name, versions]) => [name, [...versions]]),
  );
  for (const { group, version } of aggregated) {
    const versions = groups.get(group) ?? [];
    if (!versions.includes(version)) groups.set(group, [...versions, version]);
  }
  return groups;
}

function apiGroup(
  name: string,
  versions: readonly string[],
): { name: string; versions: object[]; preferredVersion: object } {
  const named = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: named, preferredVersion: named[0] ?? {} };
}

/** What one group and version serves, for `/api/v1` and `/apis/GROUP/VERSION`. */
export function apiResourceList(registry: ResourceRegistry, group: string, version: string): object | undefined {
  const resources = registry.ofVersion(group, version);
  if (resources.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf({ group, version }),
    resources: resources.flatMap(resourceEntries),
  };
}

function resourceEntries(resource: ApiResource): object[] {
  const { plural, singular, namespaced, kind, shortNames, categories } = resource;
  const entry = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs: verbsOf(resource),
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
  };
  const sub = subresourcesOf(resource).map(({ name, kind: subKind, verbs, version, group }) => ({
    name: `${plural}/${name}`,
    singularName: '',
    namespaced,
    kind: subKind,
    verbs,
    ...(version ? { group, version } : {}),
  }));
  return [entry, ...sub];
}

function verbsOf({ virtual }: ApiResource): string[] {
  return virtual ? ['create'] : readWrite;
}

interface Subresource {
  readonly name: string;
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly group?: string;
  readonly version?: string;
}

function subresourcesOf({ kind, status, group, scale }: ApiResource): Subresource[] {
  return [
    ...(scale
      ? [{ name: 'scale', kind: 'Scale', verbs: ['get', 'patch', 'update'], group: 'autoscaling', version: 'v1' }]
      : []),
    ...(status ? [{ name: 'status', kind, verbs: ['get', 'patch', 'update'] }] : []),
    ...(kind === 'Pod' && group === ''
      ? [
          { name: 'binding', kind: 'Binding', verbs: ['create'] },
          { name: 'eviction', kind: 'Eviction', verbs: ['create'], group: 'policy', version: 'v1' },
          { name: 'log', kind: 'Pod', verbs: ['get'] },
        ]
      : []),
    ...(kind === 'ServiceAccount' && group === ''
      ? [{ name: 'token', kind: 'TokenRequest', verbs: ['create'], group: 'authentication.k8s.io', version: 'v1' }]
      : []),
  ];
}

/** Everything in one document (`apidiscovery.k8s.io`), which newer clients ask for. */
export function aggregatedDiscovery(registry: ResourceRegistry, path: '/api' | '/apis', version: string): object {
  const groups = [...registry.groups()].filter(([name]) => (name === '') === (path === '/api'));
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(([name, versions]) => ({
      metadata: { ...(name ? { name } : {}), creationTimestamp: null },
      versions: versions.map((groupVersion) => ({
        version: groupVersion,
        freshness: 'Current',
        resources: registry.ofVersion(name, groupVersion).map(discoveryEntry),
      })),
    })),
  };
}

function discoveryEntry(resource: ApiResource): object {
  const { group, version, kind, plural, singular, shortNames, categories, namespaced } = resource;
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs: verbsOf(resource),
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    subresources: subresourcesOf(resource).map((sub) => ({
      subresource: sub.name,
      responseKind: { group: sub.group ?? '', version: sub.version ?? 'v1', kind: sub.kind },
      verbs: sub.verbs,
    })),
  };
}
