import type { ListMeta, ObjectMeta } from 'kubernetes-types/meta/v1.js';

/** What every object of the API has at least. */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: ObjectMeta;
}

/** The metadata that the server has filled in on everything it returns. */
export type StoredMeta = ObjectMeta & { readonly name: string; readonly uid: string; readonly resourceVersion: string };

/** An object as the server returns it. */
export type Stored<T extends KubeObject> = T & { readonly metadata: StoredMeta };

/** A page, or the whole, of a list. */
export interface KubeList<T extends KubeObject> {
  readonly metadata: ListMeta & { readonly resourceVersion: string };
  readonly items: readonly Stored<T>[];
}

/** A kind of objects and where it is served. `T` is the type of its objects. */
export interface Resource<T extends KubeObject = KubeObject> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** Name in the path: `pods`. */
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Never set; carries the type. */
  readonly objectType?: T;
}

/** Declares a resource: `resource<Pod>({ group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true })`. */
export function resource<T extends KubeObject>(definition: Omit<Resource, 'objectType'>): Resource<T> {
  return definition;
}

/** Which object; `namespace` only for namespaced resources. */
export interface ObjectRef {
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** The key of an object in stores: `namespace/name`, or `name` without namespace. */
export function objectKey(ref: {
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
}): string {
  return ref.namespace === undefined || ref.namespace === '' ? (ref.name ?? '') : `${ref.namespace}/${ref.name ?? ''}`;
}

/** `apiVersion` of a resource: `v1`, `apps/v1`. */
export function apiVersionOf(of: Pick<Resource, 'group' | 'version'>): string {
  return of.group === '' ? of.version : `${of.group}/${of.version}`;
}

/** The path of a collection, an object or its subresource. */
export function resourcePath(
  of: Resource,
  where: {
    readonly namespace?: string | undefined;
    readonly name?: string | undefined;
    readonly subresource?: string | undefined;
  } = {},
): string {
  const root = of.group === '' ? `/api/${of.version}` : `/apis/${of.group}/${of.version}`;
  const inNamespace = of.namespaced && where.namespace !== undefined ? ['namespaces', where.namespace] : [];
  const rest = [of.plural, where.name, where.subresource].filter((part) => part !== undefined);
  return [root, ...[...inNamespace, ...rest].map(encodeURIComponent)].join('/');
}
