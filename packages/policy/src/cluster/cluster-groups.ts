import type { ClusterGroup, Service } from '@antrea-ts/apis';
import { tryParseCidr } from '@antrea-ts/net-types';
import { brokenSelectorIn, brokenSelectorReason } from './broken-selector.js';
import type { ResolvedClusterGroup } from './converted-policy.js';
import { groupSelector, type GroupSelector } from './group-selector.js';
import { notCidr } from './wire-blocks.js';

/** Keys of things that a ClusterGroup is made from. */
type Dependency = `group/${string}` | `service/${string}`;

/**
 * ClusterGroups and the Services that some of them take their selectors from, in whatever order they come. What is
 * missing contributes nothing until it is there.
 */
export class ClusterGroups {
  readonly #groups = new Map<string, ClusterGroup>();
  readonly #services = new Map<string, Service>();
  readonly #dependents = new Map<Dependency, Set<string>>();
  /** What cannot be read of a group itself. */
  readonly #problems = new Map<string, string>();

  /**
   * States a group, or with undefined that it is gone; gives the names of all groups that may differ now. `problem`: why
   * nothing of it can be read, with undefined for the group; one of which only parts cannot be read is there without them.
   */
  set(name: string, group: ClusterGroup | undefined, problem = group && problemIn(group)): readonly string[] {
    if (problem === undefined) this.#problems.delete(name);
    else this.#problems.set(name, problem);
    for (const dependency of dependenciesOf(this.#groups.get(name))) this.#dependents.get(dependency)?.delete(name);
    if (group) this.#groups.set(name, group);
    else this.#groups.delete(name);
    for (const dependency of dependenciesOf(group)) {
      const dependents = this.#dependents.get(dependency) ?? new Set();
      this.#dependents.set(dependency, dependents.add(name));
    }
    return [name, ...this.parentsOf(name)];
  }

  /** States a Service by `namespace/name`; gives the names of all groups that may differ now. */
  setService(key: string, service: Service | undefined): readonly string[] {
    if (service) this.#services.set(key, service);
    else this.#services.delete(key);
    const groups = [...(this.#dependents.get(`service/${key}`) ?? [])];
    return [...groups, ...groups.flatMap((name) => this.parentsOf(name))];
  }

  get(name: string): ClusterGroup | undefined {
    return this.#groups.get(name);
  }

  /** Whether there is such a group, also one that cannot be read. */
  isThere(name: string): boolean {
    return this.#groups.has(name) || this.#problems.has(name);
  }

  /** What in a group or one of its children cannot be read, with the field. */
  problemOf(name: string): string | undefined {
    const own = this.#problems.get(name);
    if (own !== undefined || this.#problems.size === 0) return own;
    const child = this.#groups.get(name)?.spec?.childGroups?.find((each) => this.#problems.has(each));
    return child === undefined ? undefined : `ClusterGroup ${child}: ${this.#problems.get(child)}`;
  }

  all(): Iterable<ClusterGroup> {
    return this.#groups.values();
  }

  /** Groups that have this one as a child. */
  parentsOf(name: string): readonly string[] {
    return [...(this.#dependents.get(`group/${name}`) ?? [])];
  }

  /** What a group stands for. Children are looked at one level deep, as 1.3 has it. */
  resolve(name: string): ResolvedClusterGroup {
    const spec = this.#groups.get(name)?.spec;
    if (!spec?.childGroups?.length) return this.#own(name);
    const children = spec.childGroups.map((child) => this.#own(child));
    const selectors = children.flatMap((child) => (child.kind === 'members' ? child.selectors : []));
    const cidrs = children.flatMap((child) => (child.kind === 'ipBlocks' ? child.cidrs : []));
    if (selectors.length > 0 || cidrs.length === 0) return { kind: 'members', selectors, cidrs };
    return { kind: 'ipBlocks', cidrs };
  }

  /** Whether the children of a group and its Service are there. Undefined: there is no such group. */
  isComplete(name: string): boolean | undefined {
    const group = this.#groups.get(name);
    return group && [name, ...(group.spec?.childGroups ?? [])].every((each) => this.#hasService(each));
  }

  /** The group is there, and so is its Service if it has one. */
  #hasService(name: string): boolean {
    const group = this.#groups.get(name);
    const of = group?.spec?.serviceReference;
    return group !== undefined && (!of || this.#services.has(`${of.namespace}/${of.name}`));
  }

  #own(name: string): ResolvedClusterGroup {
    const spec = this.#groups.get(name)?.spec;
    if (!spec || spec.childGroups?.length) return { kind: 'nothing' };
    if (spec.ipBlocks?.length) return { kind: 'ipBlocks', cidrs: spec.ipBlocks.map(({ cidr }) => cidr) };
    if (spec.serviceReference) return members(this.#ofService(spec.serviceReference));
    const { podSelector, namespaceSelector, externalEntitySelector } = spec;
    return members(groupSelector({ namespace: '', podSelector, namespaceSelector, externalEntitySelector }));
  }

  /** The Pods behind a Service: none without a selector. */
  #ofService({ namespace, name }: { readonly namespace: string; readonly name: string }): GroupSelector | undefined {
    const selector = this.#services.get(`${namespace}/${name}`)?.spec?.selector;
    if (!selector || Object.keys(selector).length === 0) return undefined;
    return groupSelector({ namespace, podSelector: { matchLabels: selector } });
  }
}

function problemIn({ spec = {} }: ClusterGroup): string | undefined {
  const broken = brokenSelectorIn(spec, 'spec');
  if (broken) return `${broken} ${brokenSelectorReason}`;
  const index = spec.ipBlocks?.findIndex(({ cidr }) => typeof cidr !== 'string' || !tryParseCidr(cidr)) ?? -1;
  return index < 0 ? undefined : notCidr(spec.ipBlocks?.[index]?.cidr, `spec.ipBlocks[${index}].cidr`);
}

function members(selector: GroupSelector | undefined): ResolvedClusterGroup {
  return { kind: 'members', selectors: selector ? [selector] : [], cidrs: [] };
}

function dependenciesOf(group: ClusterGroup | undefined): Dependency[] {
  const { childGroups = [], serviceReference } = group?.spec ?? {};
  return [
    ...childGroups.map((child): Dependency => `group/${child}`),
    ...(serviceReference ? [`service/${serviceReference.namespace}/${serviceReference.name}` as const] : []),
  ];
}
