import type {
  AntreaPolicy,
  ClusterGroup,
  ControlplaneNetworkPolicy,
  K8sNetworkPolicy,
  Namespace,
  ObjectMeta,
  Tier,
} from '@antrea-ts/apis';
import { ChangedGroups } from './changed-groups.js';
import { entityKey, type ClusterObjectKind, type ClusterObjects } from './cluster-objects.js';
import { createClusterState, type ClusterState } from './cluster-state.js';
import type { ComputedGroup } from './computed-group.js';
import type { ConvertedPolicy } from './converted-policy.js';
import { externalEntity, podEntity, type Entity } from './entity.js';
import type { Sha1 } from './group-name.js';
import { GroupRegistry } from './group-registry.js';
import type { EntityKind } from './group-selector.js';
import { MembershipIndex } from './membership-index.js';
import { PolicyConversion } from './policy-conversion.js';
import { objectShapes } from './object-shapes.js';
import { PolicyLinks, PolicyNode, type PolicyKind } from './policy-node.js';
import {
  appliedToPod,
  clusterGroupContents,
  clusterGroupsOf,
  policiesOfPod,
  type AppliedToPod,
  type ClusterGroupContents,
  type PoliciesOfPod,
} from './questions.js';
import type { Labels } from './selector.js';
import { sameSpan, SpanUnion, type Span } from './spans.js';
import { takeGroupChanges } from './told-groups.js';
import type { ClusterChanges, PolicyChange, PolicyView } from './views.js';

interface ClusterPoliciesModules {
  readonly sha1: Sha1;
  /** Told of an object that is not as it must be, and counts as absent. What is wrong in a policy is in its view. */
  readonly onRefused?: (kind: ClusterObjectKind, key: string, problem: string) => void;
}

/**
 * Network policy of a whole cluster, computed from its objects: policies in the terms of the control plane, the groups
 * that they name, and which Nodes need what. Objects come in any order, as often as they like; `takeChanges` computes
 * what follows from them, and gives what differs from the last time.
 */
export class ClusterPolicies {
  readonly #state: ClusterState;
  readonly #policies: Readonly<Record<PolicyKind, Map<string, PolicyNode>>> = {
    k8sNetworkPolicy: new Map(),
    antreaNetworkPolicy: new Map(),
    clusterNetworkPolicy: new Map(),
  };
  readonly #links = new PolicyLinks();

  readonly #onRefused: ClusterPoliciesModules['onRefused'] & {};
  /** Those to convert, and while it is computed also those whose Nodes may differ. */
  #listed: PolicyNode[] = [];
  #gone: PolicyNode[] = [];
  /** Uses that end with the next computation: until then the group stays, in case that it is used again. */
  #toRelease: (readonly [ComputedGroup, PolicyNode])[] = [];
  readonly #changedGroups = new ChangedGroups();
  readonly #changedClusterGroups = new Set<string>();

  constructor({ sha1, onRefused = () => undefined }: ClusterPoliciesModules) {
    this.#onRefused = onRefused;
    const index = new MembershipIndex();
    const onChange = (group: ComputedGroup): void => this.#changedGroups.add(group);
    const registry = new GroupRegistry({ index, sha1, onChange });
    this.#state = createClusterState(index, registry);
  }

  /** States an object of a kind; undefined: it is gone. `key` is `namespace/name`, or the name of cluster-wide ones. */
  set<K extends ClusterObjectKind>(kind: K, key: string, object: ClusterObjects[K] | undefined): void {
    const problem = object && this.#problemOf(kind, key, object);
    if (problem === undefined) this.#setters[kind](key, object);
    else if (kind === 'clusterGroup') this.#setClusterGroup(key, undefined, problem);
    else this.#setters[kind](key, undefined);
  }

  #problemOf<K extends ClusterObjectKind>(kind: K, key: string, object: ClusterObjects[K]): string | undefined {
    const found = kind in objectShapes && objectShapes[kind as keyof typeof objectShapes](object);
    if (!found) return undefined;
    const problem = `${found.path.replace(/^\./, '')} ${found.what}`;
    this.#onRefused(kind, key, problem);
    return problem;
  }

  /** Computes what follows from all that was stated, and gives what differs since the last time. */
  takeChanges(): ClusterChanges {
    this.#convertListed();
    const appliedToGroups = takeGroupChanges(this.#changedGroups.take('targets'), (group) => {
      const { span } = group;
      if (group.told?.span !== span) group.users.forEach((user) => this.#list(user));
      return span;
    });
    const networkPolicies = this.#policyChanges();
    const addressGroups = takeGroupChanges(this.#changedGroups.take('peers'), spanOfUsers);
    const clusterGroups = [...this.#changedClusterGroups];
    this.#changedClusterGroups.clear();
    return { networkPolicies, appliedToGroups, addressGroups, clusterGroups };
  }

  /** All computed policies, as of the last `takeChanges`. */
  *policies(): Iterable<PolicyView> {
    for (const policies of Object.values(this.#policies)) {
      for (const { view } of policies.values()) if (view) yield view;
    }
  }

  /** How many there are. */
  counts(): { readonly networkPolicies: number; readonly appliedToGroups: number; readonly addressGroups: number } {
    const { registry } = this.#state;
    return {
      networkPolicies: Object.values(this.#policies).reduce((count, { size }) => count + size, 0),
      appliedToGroups: registry.count('targets'),
      addressGroups: registry.count('peers'),
    };
  }

  /** Who belongs to a ClusterGroup now. Undefined: there is none of this name. */
  clusterGroupMembers(name: string): ClusterGroupContents | undefined {
    return clusterGroupContents(this.#state, name);
  }

  /** Names of the ClusterGroups that an object (`namespace/name`) belongs to, parents included. */
  clusterGroupsOf(kind: EntityKind, key: string): string[] {
    return clusterGroupsOf(this.#state, kind, key);
  }

  /** Whether all is there that a ClusterGroup refers to. Undefined: there is none of this name. */
  isClusterGroupComplete(name: string): boolean | undefined {
    return this.#state.clusterGroups.isComplete(name);
  }

  clusterGroupUid(name: string): string {
    return this.#state.clusterGroups.get(name)?.metadata.uid ?? '';
  }

  /** What applies to a Pod (`namespace/name`). Undefined while it is not known on that Node. */
  appliedToPod(key: string, node: string): AppliedToPod | undefined {
    return appliedToPod(this.#state, key, node);
  }

  /** The policies that apply to a Pod (`namespace/name`), and the rules that name it. Undefined: there is no such Pod. */
  policiesOfPod(key: string): PoliciesOfPod | undefined {
    return policiesOfPod(this.#state, key);
  }

  readonly #setters: {
    readonly [K in ClusterObjectKind]: (key: string, object: ClusterObjects[K] | undefined) => void;
  } = {
    namespace: (key, namespace) => this.#setNamespace(key, namespace),
    pod: (key, pod) => this.#setEntity('pod', key, pod?.metadata, pod && podEntity(pod)),
    externalEntity: (key, object) =>
      this.#setEntity('externalEntity', key, object?.metadata, object && externalEntity(object)),
    service: (key, service) => this.#clusterGroupsChanged(this.#state.clusterGroups.setService(key, service)),
    clusterGroup: (key, group) => this.#setClusterGroup(key, group),
    tier: (key, tier) => this.#setTier(key, tier),
    k8sNetworkPolicy: (key, policy) => this.#setPolicy('k8sNetworkPolicy', key, policy),
    antreaNetworkPolicy: (key, policy) => this.#setPolicy('antreaNetworkPolicy', key, policy),
    clusterNetworkPolicy: (key, policy) => this.#setPolicy('clusterNetworkPolicy', key, policy),
  };

  #setNamespace(name: string, namespace: Namespace | undefined): void {
    const { namespaces, index } = this.#state;
    const before = namespaces.get(name);
    const after = namespace && (namespace.metadata.labels ?? {});
    if (after) namespaces.set(name, after);
    else namespaces.delete(name);
    index.setNamespace(name, after);
    for (const node of this.#links.ofNamespace(before, after)) this.#list(node);
  }

  #setEntity(kind: EntityKind, key: string, metadata: ObjectMeta | undefined, entity: Entity | undefined): void {
    const { index } = this.#state;
    const id = entityKey(kind, key);
    if (!metadata || !entity) {
      index.delete(id);
      return;
    }
    const { labels = noLabels, namespace = '' } = metadata;
    index.set(kind, id, { namespace, labels }, entity);
  }

  #setTier(name: string, tier: Tier | undefined): void {
    const { tiers } = this.#state;
    const priority = tier?.spec?.priority;
    if (tiers.get(name) === priority) return;
    if (priority === undefined) tiers.delete(name);
    else tiers.set(name, priority);
    for (const node of this.#links.ofTier(name)) this.#list(node);
  }

  #setClusterGroup(name: string, group: ClusterGroup | undefined, problem?: string): void {
    this.#clusterGroupsChanged(this.#state.clusterGroups.set(name, group, problem));
  }

  #clusterGroupsChanged(names: readonly string[]): void {
    const { clusterGroups, registry } = this.#state;
    for (const name of names) {
      this.#changedClusterGroups.add(name);
      for (const role of ['targets', 'peers'] as const) {
        const group = registry.clusterGroup(role, name);
        if (!group) continue;
        const resolved = clusterGroups.resolve(name);
        registry.setSelectors(group, resolved.kind === 'members' ? resolved.selectors : []);
      }
      for (const node of this.#links.ofClusterGroup(name)) this.#list(node);
    }
  }

  #setPolicy(kind: PolicyKind, key: string, object: K8sNetworkPolicy | AntreaPolicy | undefined): void {
    const policies = this.#policies[kind];
    const before = policies.get(key);
    const uid = object?.metadata.uid ?? `${kind}/${key}`;
    if (before && (!object || before.uid !== uid)) {
      this.#forget(before);
      policies.delete(key);
    }
    if (!object) return;
    const node = new PolicyNode(kind, uid, object);
    if (before?.uid === uid) this.#replace(before, node);
    policies.set(key, node);
    this.#list(node);
  }

  /** The object of a policy changed: its node takes the place of the old one in all that refers to it. */
  #replace(before: PolicyNode, after: PolicyNode): void {
    for (const { users } of before.groups) {
      users.delete(before);
      users.add(after);
    }
    this.#links.remove(before);
    after.groups = before.groups;
    after.dependencies = before.dependencies;
    after.view = before.view;
    before.forget();
    this.#links.add(after);
  }

  #forget(node: PolicyNode): void {
    this.#links.remove(node);
    this.#endUses(node, node.groups);
    node.forget();
    this.#gone.push(node);
  }

  /** That it is in the list is noted in the node: the first time it is every policy there is. */
  #list(node: PolicyNode): void {
    if (node.isListed) return;
    node.isListed = true;
    this.#listed.push(node);
  }

  #convertListed(): void {
    // Not those that were replaced or forgotten since they were listed.
    this.#listed.forEach((node) => {
      if (node.isListed) this.#convert(node);
    });
    const toRelease = this.#toRelease;
    this.#toRelease = [];
    for (const [group, node] of toRelease) {
      if (!node.groups.includes(group)) this.#state.registry.release(group, node);
    }
  }

  #convert(node: PolicyNode): void {
    const before = node.groups;
    this.#links.remove(node);
    new PolicyConversion(node, this.#state).run();
    this.#links.add(node);
    for (const group of node.groups) if (!before.includes(group)) this.#changedGroups.add(group);
    if (before.length === 0) return;
    this.#endUses(
      node,
      before.filter((group) => !node.groups.includes(group)),
    );
  }

  #endUses(node: PolicyNode, groups: readonly ComputedGroup[]): void {
    for (const group of groups) {
      this.#toRelease.push([group, node]);
      this.#changedGroups.add(group);
    }
  }

  /** Of all policies that may differ from what was told; those that are gone first. */
  #policyChanges(): PolicyChange[] {
    const changes: PolicyChange[] = [];
    const [gone, listed] = [this.#gone, this.#listed];
    [this.#gone, this.#listed] = [[], []];
    for (const { view } of gone) if (view) changes.push({ before: view });
    listed.forEach((node) => {
      const change = node.isListed ? policyChange(node, this.#changedGroups) : undefined;
      node.isListed = false;
      if (change) changes.push(change);
    });
    return changes;
  }
}

const noLabels: Labels = {};

/** What differs in a policy from what was told of it; peers' groups whose Nodes change with it are added to `changed`. */
function policyChange(node: PolicyNode, changed: ChangedGroups): PolicyChange | undefined {
  const { view: before, converted, groups } = node;
  if (!converted) return undefined;
  const span = spanOfTargets(groups);
  const isSame = before !== undefined && sameJson(before.policy, converted);
  const isSameSpan = before !== undefined && sameSpan(before.span, span);
  if (isSame) node.converted = before.policy;
  if (isSame && isSameSpan) return undefined;
  const after: PolicyView = {
    name: node.uid,
    span: isSameSpan ? before.span : span,
    policy: isSame ? before.policy : converted,
    wire: isSame ? before.wire : wireAfter(before, node.uid, converted),
  };
  node.view = after;
  if (!isSameSpan) for (const used of groups) if (used.role === 'peers') changed.add(used);
  return before ? { before, after } : { after };
}

/** What agents are told may be the same although the policy differs: in what it lacks, for instance. */
function wireAfter(before: PolicyView | undefined, uid: string, converted: ConvertedPolicy): ControlplaneNetworkPolicy {
  const wire = wireOf(uid, converted);
  return before && sameJson(before.wire, wire) ? before.wire : wire;
}

function spanOfTargets(groups: readonly ComputedGroup[]): Span {
  const union = new SpanUnion();
  for (const group of groups) if (group.role === 'targets') union.add(group.span);
  return union.span;
}

function spanOfUsers({ users }: ComputedGroup): Span {
  const union = new SpanUnion();
  users.forEach(({ view }) => {
    if (view) union.add(view.span);
  });
  return union.span;
}

function wireOf(uid: string, policy: ConvertedPolicy): ControlplaneNetworkPolicy {
  const { source, generation, priority, tierPriority, rules, appliedToGroups } = policy;
  const metadata = { name: uid, uid, generation };
  const wire: ControlplaneNetworkPolicy = appliedToGroups
    ? { metadata, rules, appliedToGroups, sourceRef: source }
    : { metadata, rules, sourceRef: source };
  if (priority === undefined && tierPriority === undefined) return wire;
  return {
    ...wire,
    ...(priority === undefined ? {} : { priority }),
    ...(tierPriority === undefined ? {} : { tierPriority }),
  };
}

function sameJson(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
