import type {
  AntreaPolicy,
  ClusterGroup,
  ControlplaneNetworkPolicy,
  ExternalEntity,
  K8sNetworkPolicy,
  Namespace,
  Pod,
  Service,
  Tier,
} from '@antrea-ts/apis';
import { ClusterGroups } from './cluster-groups.js';
import { emptySpan, type MemberChanges, type PlacedMember, type Span } from './computed-group.js';
import { convertAntreaPolicy } from './convert-antrea-policy.js';
import { convertK8sPolicy } from './convert-k8s-policy.js';
import type { ConversionContext, ConvertedPolicy } from './converted-policy.js';
import { externalEntity, podEntity, type Entity } from './entity.js';
import type { Sha1 } from './group-name.js';
import { GroupRegistry, type GroupRole, type RegisteredGroup } from './group-registry.js';
import { MembershipIndex } from './membership-index.js';
import type { Labels, Selector } from './selector.js';
import { defaultTierPriority, tierName } from './tiers.js';

/** The kinds of objects that policy is computed from. */
export interface ClusterObjects {
  readonly namespace: Namespace;
  readonly pod: Pod;
  readonly externalEntity: ExternalEntity;
  readonly service: Service;
  readonly k8sNetworkPolicy: K8sNetworkPolicy;
  readonly antreaNetworkPolicy: AntreaPolicy;
  readonly clusterNetworkPolicy: AntreaPolicy;
  readonly tier: Tier;
  readonly clusterGroup: ClusterGroup;
}

export type ClusterObjectKind = keyof ClusterObjects;
type PolicyKind = 'k8sNetworkPolicy' | 'antreaNetworkPolicy' | 'clusterNetworkPolicy';

/** A computed policy; never changed, but replaced. Its name is the UID of the object it is made from. */
export interface PolicyView {
  readonly name: string;
  /** Undefined while nothing is known of its Nodes. */
  readonly span: Span;
  readonly policy: ConvertedPolicy;
  /** What agents are told. The same object as long as it is the same. */
  readonly wire: ControlplaneNetworkPolicy;
}

/** A computed group at a moment; `members` are those of now. */
export interface GroupView {
  readonly name: string;
  readonly uid: string;
  readonly span: Span;
  members(): Iterable<PlacedMember>;
}

export interface PolicyChange {
  readonly before?: PolicyView;
  readonly after?: PolicyView;
}

export interface GroupChange {
  readonly before?: GroupView;
  readonly after?: GroupView;
  /** What came and went, where it is the same group before and after. */
  readonly members?: MemberChanges;
}

/** What differs since the last time. */
export interface ClusterChanges {
  readonly networkPolicies: readonly PolicyChange[];
  readonly appliedToGroups: readonly GroupChange[];
  readonly addressGroups: readonly GroupChange[];
}

type Used = RegisteredGroup<PolicyNode>;

/** A policy object and what was made of it. */
interface PolicyNode {
  readonly kind: PolicyKind;
  readonly key: string;
  readonly uid: string;
  readonly object: K8sNetworkPolicy | AntreaPolicy;
  groups: ReadonlySet<Used>;
  clusterGroups: ReadonlySet<string>;
  tier: string | undefined;
  /** Selectors of Namespaces whose answer it depends on. */
  selections: readonly Selector[];
  converted: ConvertedPolicy | undefined;
  view: PolicyView | undefined;
}

/**
 * Network policy of a whole cluster, computed from its objects: policies in the terms of the control plane, the groups
 * that they name, and which Nodes need what. Objects come in any order, as often as they like; `takeChanges` computes
 * what follows from them, and gives what differs from the last time.
 */
export class ClusterPolicies {
  readonly #index = new MembershipIndex<Entity>();
  readonly #registry: GroupRegistry<PolicyNode>;
  readonly #clusterGroups = new ClusterGroups();
  readonly #namespaces = new Map<string, Labels>();
  readonly #entities = new Map<string, { readonly entity: Entity; readonly labels: Labels }>();
  readonly #tiers = new Map<string, number>();
  readonly #policies = new Map<string, PolicyNode>();
  readonly #byClusterGroup = new Map<string, Set<PolicyNode>>();
  readonly #byTier = new Map<string, Set<PolicyNode>>();
  readonly #bySelection = new Set<PolicyNode>();
  /** What was told of groups last. */
  readonly #told: Readonly<Record<GroupRole, Map<string, { readonly used: Used; readonly view: GroupView }>>> = {
    targets: new Map(),
    peers: new Map(),
  };
  /** Uses that end with the next computation: until then the group stays, in case that it is used again. */
  readonly #toRelease: (readonly [Used, PolicyNode])[] = [];

  readonly #toConvert = new Set<PolicyNode>();
  readonly #gone: PolicyNode[] = [];
  #changedGroups = new Set<Used>();

  constructor({ sha1 }: { readonly sha1: Sha1 }) {
    this.#registry = new GroupRegistry({
      index: this.#index,
      sha1,
      onChange: (group) => this.#changedGroups.add(group),
    });
  }

  /** States an object of a kind; undefined: it is gone. `key` is `namespace/name`, or the name of cluster-wide ones. */
  set<K extends ClusterObjectKind>(kind: K, key: string, object: ClusterObjects[K] | undefined): void {
    this.#setters[kind](key, object);
  }

  /** Computes what follows from all that was stated, and gives what differs since the last time. */
  takeChanges(): ClusterChanges {
    for (const node of this.#toConvert) this.#convert(node);
    const changedPolicies = new Set([...this.#gone.splice(0), ...this.#toConvert]);
    this.#toConvert.clear();
    for (const [used, node] of this.#toRelease.splice(0)) {
      if (!node.groups.has(used)) this.#registry.release(used, node);
    }
    const changedGroups = this.#changedGroups;
    this.#changedGroups = new Set();

    const appliedToGroups = this.#groupChanges('targets', changedGroups, ({ group }) => group.span);
    for (const { before, after } of appliedToGroups) {
      if (!after || before?.span === after.span) continue;
      for (const user of this.#registry.get('targets', after.name)?.users ?? []) changedPolicies.add(user);
    }
    const networkPolicies = [...changedPolicies].flatMap((node) => this.#policyChange(node, changedGroups) ?? []);
    const addressGroups = this.#groupChanges('peers', changedGroups, (used) => this.#spanOfUsers(used));
    return { networkPolicies, appliedToGroups, addressGroups };
  }

  /** All computed policies, as of the last `takeChanges`. */
  *policies(): Iterable<PolicyView> {
    for (const { view } of this.#policies.values()) if (view) yield view;
  }

  /** How many there are. */
  counts(): { readonly networkPolicies: number; readonly appliedToGroups: number; readonly addressGroups: number } {
    return {
      networkPolicies: this.#policies.size,
      appliedToGroups: this.#registry.count('targets'),
      addressGroups: this.#registry.count('peers'),
    };
  }

  /** Who belongs to a ClusterGroup now: Pods and ExternalEntities with an address, or blocks. Undefined: there is none. */
  clusterGroupMembers(
    name: string,
  ): { readonly members: readonly PlacedMember[] } | { readonly cidrs: readonly string[] } | undefined {
    if (!this.#clusterGroups.get(name)) return undefined;
    const resolved = this.#clusterGroups.resolve(name);
    if (resolved.kind === 'ipBlocks') return { cidrs: resolved.cidrs };
    const selectors = resolved.kind === 'members' ? resolved.selectors : [];
    const found = new Map<string, PlacedMember>();
    for (const selector of selectors) {
      const membership = this.#index.group(selector);
      for (const [key, { member, isPeer }] of membership.members()) {
        if (isPeer) found.set(key, { member, node: undefined });
      }
      this.#index.release(membership);
    }
    return { members: [...found.values()] };
  }

  /**
   * What applies to a Pod by `namespace/name`: names of policies, and of the AppliedToGroups that it is in. Undefined while
   * the Pod is not known on that Node: then nothing can be said of it.
   */
  appliedToPod(
    key: string,
    node: string,
  ): { readonly policies: readonly string[]; readonly appliedToGroups: readonly string[] } | undefined {
    if (this.#entities.get(key)?.entity.node !== node) return undefined;
    const groups = this.#registry.groupsWith('targets', 'pod', key).filter(({ users }) => users.size > 0);
    const policies = groups.flatMap(({ users }) => [...users].map(({ uid }) => uid));
    return { policies: [...new Set(policies)], appliedToGroups: groups.map(({ group }) => group.name) };
  }

  clusterGroupUid(name: string): string {
    return this.#clusterGroups.get(name)?.metadata.uid ?? '';
  }

  /** Names of the ClusterGroups that an object belongs to, and of their parents. */
  clusterGroupsOf(kind: 'pod' | 'externalEntity', key: string): string[] {
    const isIn = (name: string): boolean => {
      const resolved = this.#clusterGroups.resolve(name);
      if (resolved.kind !== 'members') return false;
      return resolved.selectors.some((selector) => {
        const membership = this.#index.group(selector);
        const found = selector.kind === kind && membership.get(entityKey(kind, key)) !== undefined;
        this.#index.release(membership);
        return found;
      });
    };
    return [...this.#clusterGroups.all()].map(({ metadata }) => metadata.name).filter(isIn);
  }

  readonly #setters: {
    readonly [K in ClusterObjectKind]: (key: string, object: ClusterObjects[K] | undefined) => void;
  } = {
    namespace: (key, namespace) => this.#setNamespace(key, namespace),
    pod: (key, pod) => this.#setEntity('pod', key, pod && { object: pod.metadata, entity: podEntity(pod) }),
    externalEntity: (key, object) =>
      this.#setEntity('externalEntity', key, object && { object: object.metadata, entity: externalEntity(object) }),
    service: (key, service) => this.#clusterGroupsChanged(this.#clusterGroups.setService(key, service)),
    clusterGroup: (key, group) => this.#clusterGroupsChanged(this.#clusterGroups.set(key, group)),
    tier: (key, tier) => this.#setTier(key, tier),
    k8sNetworkPolicy: (key, policy) => this.#setPolicy('k8sNetworkPolicy', key, policy),
    antreaNetworkPolicy: (key, policy) => this.#setPolicy('antreaNetworkPolicy', key, policy),
    clusterNetworkPolicy: (key, policy) => this.#setPolicy('clusterNetworkPolicy', key, policy),
  };

  #setNamespace(name: string, namespace: Namespace | undefined): void {
    const before = this.#namespaces.get(name);
    const after = namespace && (namespace.metadata.labels ?? {});
    if (after) this.#namespaces.set(name, after);
    else this.#namespaces.delete(name);
    this.#index.setNamespace(name, after);
    for (const node of this.#bySelection) {
      const differs = node.selections.some(
        (selector) => (before && selector.matches(before)) !== (after && selector.matches(after)),
      );
      if (differs) this.#toConvert.add(node);
    }
  }

  #setEntity(
    kind: 'pod' | 'externalEntity',
    key: string,
    stated: { readonly object: Pod['metadata']; readonly entity: Entity } | undefined,
  ): void {
    const id = entityKey(kind, key);
    const before = this.#entities.get(id);
    if (!stated) {
      if (before) this.#index.delete(kind, id);
      this.#entities.delete(id);
      return;
    }
    const { object, entity } = stated;
    const labels = object.labels ?? {};
    if (before?.entity.identity === entity.identity && sameLabels(before.labels, labels)) return;
    this.#entities.set(id, { entity, labels });
    this.#index.set(kind, id, { namespace: object.namespace ?? '', labels }, entity);
  }

  #setTier(name: string, tier: Tier | undefined): void {
    const priority = tier?.spec?.priority;
    if (this.#tiers.get(name) === priority) return;
    if (priority === undefined) this.#tiers.delete(name);
    else this.#tiers.set(name, priority);
    for (const node of this.#byTier.get(name) ?? []) this.#toConvert.add(node);
  }

  #clusterGroupsChanged(names: readonly string[]): void {
    for (const name of names) {
      for (const role of ['targets', 'peers'] as const) {
        const registered = this.#registry.get(role, name);
        if (registered?.clusterGroup === undefined) continue;
        const resolved = this.#clusterGroups.resolve(name);
        this.#registry.setSelectors(registered, resolved.kind === 'members' ? resolved.selectors : []);
      }
      for (const node of this.#byClusterGroup.get(name) ?? []) this.#toConvert.add(node);
    }
  }

  #setPolicy(kind: PolicyKind, key: string, object: K8sNetworkPolicy | AntreaPolicy | undefined): void {
    const id = `${kind}/${key}`;
    const before = this.#policies.get(id);
    const uid = object?.metadata.uid ?? id;
    if (before && before.uid !== uid) {
      this.#forget(before);
      this.#policies.delete(id);
    }
    if (!object) return;
    const same = before?.uid === uid ? before : undefined;
    const node: PolicyNode = {
      kind,
      key,
      uid,
      object,
      groups: same?.groups ?? new Set(),
      clusterGroups: same?.clusterGroups ?? new Set(),
      tier: same?.tier,
      selections: same?.selections ?? [],
      converted: undefined,
      view: same?.view,
    };
    if (same) this.#replace(same, node);
    this.#policies.set(id, node);
    this.#toConvert.add(node);
  }

  /** The object of a policy changed: its node takes the place of the old one in all that refers to it. */
  #replace(before: PolicyNode, after: PolicyNode): void {
    this.#toConvert.delete(before);
    for (const { users } of before.groups) {
      users.delete(before);
      users.add(after);
    }
    this.#unlink(before);
    this.#link(after);
  }

  #forget(node: PolicyNode): void {
    this.#toConvert.delete(node);
    this.#unlink(node);
    this.#endUses(node, node.groups);
    node.groups = new Set();
    node.converted = undefined;
    this.#gone.push(node);
  }

  #link(node: PolicyNode): void {
    for (const name of node.clusterGroups) addTo(this.#byClusterGroup, name, node);
    if (node.tier !== undefined) addTo(this.#byTier, node.tier, node);
    if (node.selections.length > 0) this.#bySelection.add(node);
  }

  #unlink(node: PolicyNode): void {
    for (const name of node.clusterGroups) removeFrom(this.#byClusterGroup, name, node);
    if (node.tier !== undefined) removeFrom(this.#byTier, node.tier, node);
    this.#bySelection.delete(node);
  }

  #convert(node: PolicyNode): void {
    const before = node.groups;
    const groups = new Set<Used>();
    const clusterGroups = new Set<string>();
    const selections = new Map<string, Selector>();
    let tier: string | undefined;
    const use = (group: Used): string => {
      groups.add(group);
      group.users.add(node);
      return group.group.name;
    };
    const context: ConversionContext = {
      targets: (selector) => use(this.#registry.ofSelector('targets', selector)),
      peers: (selector) => use(this.#registry.ofSelector('peers', selector)),
      clusterGroup: (name) => {
        clusterGroups.add(name);
        return this.#clusterGroups.resolve(name);
      },
      clusterGroupAs: (name, role) => {
        const resolved = this.#clusterGroups.resolve(name);
        const uid = this.#clusterGroups.get(name)?.metadata.uid ?? name;
        const selectors = resolved.kind === 'members' ? resolved.selectors : [];
        return use(this.#registry.ofClusterGroup(role, { name, uid }, selectors));
      },
      tierPriority: (written) => {
        if (written === '') return defaultTierPriority;
        tier = tierName(written);
        return this.#tiers.get(tier) ?? defaultTierPriority;
      },
      namespaces: (selector) => {
        selections.set(selector.text, selector);
        return [...this.#namespaces]
          .filter(([, labels]) => selector.matches(labels))
          .map(([name]) => name)
          .sort();
      },
    };
    this.#unlink(node);
    node.converted = this.#converted(node, context);
    node.groups = groups;
    node.clusterGroups = clusterGroups;
    node.tier = tier;
    node.selections = [...selections.values()];
    this.#link(node);
    this.#endUses(
      node,
      [...before].filter((group) => !groups.has(group)),
    );
    for (const group of groups) if (!before.has(group)) this.#changedGroups.add(group);
  }

  #endUses(node: PolicyNode, groups: Iterable<Used>): void {
    for (const group of groups) {
      this.#toRelease.push([group, node]);
      this.#changedGroups.add(group);
    }
  }

  #converted({ kind, object }: PolicyNode, context: ConversionContext): ConvertedPolicy {
    if (kind === 'k8sNetworkPolicy') return convertK8sPolicy(object, context);
    const home = kind === 'clusterNetworkPolicy' ? '' : (object.metadata.namespace ?? '');
    return convertAntreaPolicy(object as AntreaPolicy, home, context);
  }

  /** What differs in groups of a role from what was told of them. */
  #groupChanges(role: GroupRole, changed: ReadonlySet<Used>, spanOf: (group: Used) => Span): GroupChange[] {
    const names = new Set([...changed].filter(({ group }) => group.role === role).map(({ group }) => group.name));
    return [...names].flatMap((name) => this.#groupChange(role, name, spanOf));
  }

  #groupChange(role: GroupRole, name: string, spanOf: (group: Used) => Span): GroupChange[] {
    const used = this.#registry.get(role, name);
    const told = this.#told[role].get(name);
    if (!used) {
      this.#told[role].delete(name);
      return told ? [{ before: told.view }] : [];
    }
    const members = used.group.takeChanges();
    const before = told?.used === used ? told.view : undefined;
    const span = spanOf(used);
    const isSameSpan = before !== undefined && sameSpan(before.span, span);
    if (isSameSpan && members.added.length + members.removed.length === 0) return [];
    const { uid } = used.group;
    const after = { name, uid, span: isSameSpan ? before.span : span, members: () => used.group.members() };
    this.#told[role].set(name, { used, view: after });
    if (before) return [{ before, after, members }];
    return told ? [{ before: told.view }, { after }] : [{ after }];
  }

  #policyChange(node: PolicyNode, changedGroups: Set<Used>): PolicyChange | undefined {
    const before = node.view;
    if (!node.converted) {
      node.view = undefined;
      return before && { before };
    }
    const span = unionOf(
      [...node.groups].filter(({ group }) => group.role === 'targets').map(({ group }) => group.span),
    );
    const isSame = before !== undefined && sameJson(before.policy, node.converted);
    if (isSame) node.converted = before.policy;
    if (isSame && sameSpan(before.span, span)) return undefined;
    const after: PolicyView = {
      name: node.uid,
      span: before && sameSpan(before.span, span) ? before.span : span,
      policy: node.converted,
      wire: isSame ? before.wire : wireOf(node.uid, node.converted),
    };
    node.view = after;
    if (before?.span !== after.span) {
      for (const group of node.groups) if (group.group.role === 'peers') changedGroups.add(group);
    }
    return before ? { before, after } : { after };
  }

  #spanOfUsers({ users }: Used): Span {
    return unionOf([...users].map(({ view }) => view?.span ?? emptySpan));
  }
}

/** ExternalEntities have keys of their own: a group may have a Pod and one of them under the same name. */
function entityKey(kind: 'pod' | 'externalEntity', key: string): string {
  return kind === 'pod' ? key : `${kind}/${key}`;
}

function wireOf(uid: string, policy: ConvertedPolicy): ControlplaneNetworkPolicy {
  const { source, generation, priority, tierPriority, rules, appliedToGroups } = policy;
  return {
    metadata: { name: uid, uid, generation },
    rules,
    ...(appliedToGroups ? { appliedToGroups } : {}),
    ...(priority === undefined ? {} : { priority }),
    ...(tierPriority === undefined ? {} : { tierPriority }),
    sourceRef: source,
  };
}

function sameJson(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** Most policies have one AppliedToGroup, and share its set. */
function unionOf(spans: readonly Span[]): Span {
  const distinct = [...new Set(spans)].filter(({ size }) => size > 0);
  if (distinct.length <= 1) return distinct[0] ?? emptySpan;
  const union = new Set<string>();
  for (const span of distinct) for (const node of span) union.add(node);
  return union;
}

function sameSpan(a: Span, b: Span): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const node of a) if (!b.has(node)) return false;
  return true;
}

function sameLabels(a: Labels, b: Labels): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key]);
}

function addTo<V>(map: Map<string, Set<V>>, key: string, value: V): void {
  const values = map.get(key);
  if (values) values.add(value);
  else map.set(key, new Set([value]));
}

function removeFrom<V>(map: Map<string, Set<V>>, key: string, value: V): void {
  const values = map.get(key);
  if (values?.delete(value) && values.size === 0) map.delete(key);
}
