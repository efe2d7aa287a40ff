import type { ApiObject, JsonObject } from '../object.js';
import type { Schema } from '../schema/schema.js';
import type { StatusCause } from '../status.js';
import { apiVersionOf, storageKey, type ApiResource } from './resource.js';
import { builtInResources } from './built-in.js';

/** A column that a custom resource prints in tables. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly description?: string;
  readonly priority?: number;
  readonly format?: string;
}

/** A resource that a CustomResourceDefinition made. */
export interface CustomResource extends ApiResource {
  readonly columns: readonly PrinterColumn[];
  /** OpenAPI schema of this version, as the definition has it. */
  readonly schema: Schema;
  /** The object without the fields that the schema does not know. */
  prune(object: JsonObject): { readonly value: JsonObject; readonly unknownFields: readonly string[] };
  withDefaults(object: ApiObject): ApiObject;
  /** What the schema refuses. */
  problems(object: ApiObject): StatusCause[];
}

export function isCustom(resource: ApiResource): resource is CustomResource {
  return 'prune' in resource;
}

/** The resources that are served now: the built-in ones and those of definitions. */
export class ResourceRegistry {
  #resources: readonly ApiResource[] = [];
  #byPath = new Map<string, ApiResource>();
  #revision = 0;

  constructor() {
    this.#set(builtInResources);
  }

  /** Grows with every change, for those who keep what they made of the resources. */
  get revision(): number {
    return this.#revision;
  }

  all(): readonly ApiResource[] {
    return this.#resources;
  }

  find(group: string, version: string, plural: string): ApiResource | undefined {
    return this.#byPath.get(`${group}/${version}/${plural}`);
  }

  /** Any version of a stored resource. */
  findStored(collection: string): ApiResource | undefined {
    return this.#resources.find((resource) => !resource.virtual && storageKey(resource) === collection);
  }

  /** The resource of an owner reference or a reviewed kind. */
  findKind(apiVersion: string, kind: string): ApiResource | undefined {
    return this.#resources.find((resource) => apiVersionOf(resource) === apiVersion && resource.kind === kind);
  }

  /** Replaces the versions of one custom resource; none removes it. */
  setCustom(group: string, plural: string, versions: readonly CustomResource[]): void {
    const isReplaced = (one: ApiResource): boolean => isCustom(one) && one.group === group && one.plural === plural;
    const others = this.#resources.filter((resource) => !isReplaced(resource));
    this.#set([...others, ...versions]);
  }

  #set(resources: readonly ApiResource[]): void {
    this.#resources = resources;
    this.#byPath = new Map(
      resources.map((resource) => [`${resource.group}/${resource.version}/${resource.plural}`, resource]),
    );
    this.#revision += 1;
  }

  /** Groups with their versions, in the order in which clients should prefer them. */
  groups(): ReadonlyMap<string, readonly string[]> {
    const groups = new Map<string, string[]>();
    for (const { group, version } of this.#resources) {
      const versions = groups.get(group) ?? [];
      if (!versions.includes(version)) versions.push(version);
      groups.set(group, versions);
    }
    for (const versions of groups.values()) versions.sort(compareVersions);
    return groups;
  }

  ofVersion(group: string, version: string): readonly ApiResource[] {
    return this.#resources.filter((resource) => resource.group === group && resource.version === version);
  }
}

/** Stable before beta before alpha, newer before older. */
export function compareVersions(a: string, b: string): number {
  const rank = (version: string): number[] => {
    const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
    if (!match) return [0, 0, 0];
    const [, major = '0', stage, minor = '0'] = match;
    return [stage === undefined ? 3 : stage === 'beta' ? 2 : 1, Number(major), Number(minor)];
  };
  const [left, right] = [rank(a), rank(b)];
  for (let i = 0; i < 3; i++) if (left[i] !== right[i]) return (right[i] ?? 0) - (left[i] ?? 0);
  return 0;
}
