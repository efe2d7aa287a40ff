import type { ApiObject } from '../object.js';
import { builtInResources, type ApiResource } from './resource.js';

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
  readonly schema: Readonly<Record<string, unknown>> | undefined;
  /** Fills in defaults, drops unknown fields and throws `Invalid` for what the schema refuses. */
  conform(object: ApiObject): ApiObject;
}

export function isCustom(resource: ApiResource): resource is CustomResource {
  return 'conform' in resource;
}

/** The resources that are served now: the built-in ones and those of definitions. */
export class ResourceRegistry {
  readonly #resources: ApiResource[] = [...builtInResources];

  all(): readonly ApiResource[] {
    return this.#resources;
  }

  find(group: string, version: string, plural: string): ApiResource | undefined {
    return this.#resources.find(
      (resource) => resource.group === group && resource.version === version && resource.plural === plural,
    );
  }

  /** The resource of an owner reference or a reviewed kind. */
  findKind(apiVersion: string, kind: string): ApiResource | undefined {
    const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
    return this.#resources.find(
      (resource) => resource.group === group && resource.version === version && resource.kind === kind,
    );
  }

  /** Replaces the versions of one custom resource; none removes it. */
  setCustom(group: string, plural: string, versions: readonly CustomResource[]): void {
    const others = this.#resources.filter((resource) => !(resource.group === group && resource.plural === plural));
    this.#resources.splice(0, this.#resources.length, ...others, ...versions);
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
