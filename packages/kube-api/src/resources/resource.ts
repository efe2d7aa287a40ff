import type { ApiObject } from '../object.js';

/** One kind of object that the API serves, in one version. */
export interface ApiResource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  /** Subresources that hold a part of the object itself. */
  readonly status: boolean;
  /** Answers are made on the spot, nothing is stored (reviews). */
  readonly virtual?: boolean;
  /** Fields of a field selector beyond name and namespace, as paths. */
  readonly selectableFields: readonly string[];
  /** Counts `metadata.generation` with every change of the specification. */
  readonly generation: boolean;
  /** Paths of what `/scale` shows; absent for what does not scale. */
  readonly scale?: {
    readonly specReplicasPath: string;
    readonly statusReplicasPath: string;
    readonly labelSelectorPath?: string;
  };
  /** How this version differs from the one that is stored, where it does in more than its name. */
  readonly conversion?: Conversion;
}

export interface Conversion {
  toStored(object: ApiObject): ApiObject;
  toServed(object: ApiObject): ApiObject;
}

export function apiVersionOf({ group, version }: Pick<ApiResource, 'group' | 'version'>): string {
  return group ? `${group}/${version}` : version;
}

/** What versions of one resource share: they are stored once. */
export function storageKey({ group, plural }: Pick<ApiResource, 'group' | 'plural'>): string {
  return group ? `${plural}.${group}` : plural;
}

/** A stored object as this version of the resource shows it. */
export function toServed(resource: ApiResource, object: ApiObject): ApiObject {
  const converted = resource.conversion?.toServed(object) ?? object;
  const apiVersion = apiVersionOf(resource);
  return converted.apiVersion === apiVersion ? converted : { ...converted, apiVersion };
}

export function toStored(resource: ApiResource, object: ApiObject): ApiObject {
  return resource.conversion?.toStored(object) ?? object;
}
