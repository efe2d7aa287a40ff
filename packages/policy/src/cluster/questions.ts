import type { NetworkPolicyReference, NetworkPolicyRule, RuleDirection } from '@antrea-ts/apis';
import { tryParseCidr, type Cidr } from '@antrea-ts/net-types';
import type { ConvertedPolicy } from './converted-policy.js';
import { entityKey } from './cluster-objects.js';
import type { ClusterState } from './cluster-state.js';
import type { ComputedGroup } from './computed-group.js';
import type { PlacedMember } from './entity.js';
import { kindOf, type EntityKind } from './group-selector.js';

/** Who belongs to a ClusterGroup: of children there may be both. */
export interface ClusterGroupContents {
  /** Those that have an address. */
  readonly members: readonly PlacedMember[];
  /** Those of its blocks that can be read. */
  readonly cidrs: readonly Cidr[];
}

/** Who belongs to a ClusterGroup now. Undefined: there is none of this name. */
export function clusterGroupContents(state: ClusterState, name: string): ClusterGroupContents | undefined {
  if (!state.clusterGroups.get(name)) return undefined;
  const resolved = state.clusterGroups.resolve(name);
  const cidrs = resolved.kind === 'nothing' ? [] : resolved.cidrs.flatMap((cidr) => tryParseCidr(cidr) ?? []);
  const found = new Map<string, PlacedMember>();
  for (const selector of resolved.kind === 'members' ? resolved.selectors : []) {
    const membership = state.index.group(selector);
    membership.forEach((key, entity) => {
      if (entity.isPeer) found.set(key, entity);
    });
    state.index.release(membership);
  }
  return { members: [...found.values()], cidrs };
}

/** Names of the ClusterGroups that an object belongs to, parents included. */
export function clusterGroupsOf(state: ClusterState, kind: EntityKind, key: string): string[] {
  const isIn = (name: string): boolean => {
    const resolved = state.clusterGroups.resolve(name);
    if (resolved.kind !== 'members') return false;
    return resolved.selectors.some((selector) => {
      const membership = state.index.group(selector);
      const found = kindOf(selector) === kind && membership.get(entityKey(kind, key)) !== undefined;
      state.index.release(membership);
      return found;
    });
  };
  return [...state.clusterGroups.all()].map(({ metadata }) => metadata.name).filter(isIn);
}

/** What applies to a Pod: names of policies, and of the AppliedToGroups that it is in. */
export interface AppliedToPod {
  readonly policies: readonly string[];
  readonly appliedToGroups: readonly string[];
}

/** Undefined while the Pod (`namespace/name`) is not known on that Node: then nothing can be said of it. */
export function appliedToPod(state: ClusterState, key: string, node: string): AppliedToPod | undefined {
  if (state.index.get(key)?.entity.node !== node) return undefined;
  const groups = state.registry.groupsWith('targets', key).filter(({ users }) => users.size > 0);
  const policies = groups.flatMap(({ users }) => [...users].map(({ uid }) => uid));
  return { policies: [...new Set(policies)], appliedToGroups: groups.map(({ name }) => name) };
}

/** Policies that concern a Pod. */
export interface PoliciesOfPod {
  /** Those that apply to it, as a whole or by a rule. */
  readonly targeting: readonly NetworkPolicyReference[];
  /** Rules that have it as a peer by a selector or a ClusterGroup. */
  readonly naming: readonly NamingRule[];
}

export interface NamingRule {
  readonly policy: NetworkPolicyReference;
  readonly direction: RuleDirection;
  /** Among the rules of that policy and direction. */
  readonly index: number;
}

/** Undefined: there is no such Pod (`namespace/name`). In the order of the policies' names. */
export function policiesOfPod(state: ClusterState, key: string): PoliciesOfPod | undefined {
  const entity = state.index.get(key)?.entity;
  if (!entity) return undefined;
  const targeting = entity.node === undefined ? [] : usersOf(state.registry.groupsWith('targets', key));
  const peerGroups = entity.isPeer ? state.registry.groupsWith('peers', key) : [];
  const names = new Set(peerGroups.map(({ name }) => name));
  return {
    targeting: targeting.map(({ source }) => source),
    naming: usersOf(peerGroups).flatMap((policy) => namingRules(policy, names)),
  };
}

function usersOf(groups: readonly ComputedGroup[]): ConvertedPolicy[] {
  const nodes = new Set(groups.flatMap(({ users }) => [...users]));
  const name = ({ source: { namespace = '', name: own, type } }: ConvertedPolicy): string =>
    `${namespace}/${own}/${type}`;
  return [...nodes].flatMap(({ converted }) => converted ?? []).sort((a, b) => (name(a) < name(b) ? -1 : 1));
}

function namingRules({ source, rules }: ConvertedPolicy, groups: ReadonlySet<string>): NamingRule[] {
  const isNaming = ({ from, to }: NetworkPolicyRule): boolean =>
    [...(from?.addressGroups ?? []), ...(to?.addressGroups ?? [])].some((name) => groups.has(name));
  return (['In', 'Out'] as const).flatMap((direction) =>
    rules
      .filter((rule) => rule.direction === direction)
      .flatMap((rule, index) => (isNaming(rule) ? { policy: source, direction, index } : [])),
  );
}
