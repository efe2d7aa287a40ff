import type { NetworkPolicyReference } from '@antrea-ts/apis';
import type { CompletedRule, RuleChanges, RuleMember } from './completed-rule.js';
import { GroupStore, MemberPool, type GroupDelta } from './group-store.js';
import { field, fields, Malformed, name as nameOf } from './malformed.js';
import { PendingRules } from './pending-rules.js';
import { readPolicy, type ReadPolicy, type ReadRule } from './read-policy.js';
import { unpackBlocks } from './rule-blocks.js';
import { jsonText, type PolicySnapshot, type SnapshotTexts } from './snapshot.js';

export type GroupKind = 'appliedToGroups' | 'addressGroups';
/** What is watched; named as in the API. */
export type ControlplaneKind = 'networkPolicies' | GroupKind;

/** A message that was not taken. What it was about stays as it was. */
export interface Refusal {
  readonly kind: ControlplaneKind;
  /** As far as the message tells it. */
  readonly name: string;
  readonly reason: string;
}

/** A policy as this Node has it, for status and for who asks. */
export interface NodePolicy {
  readonly source: NetworkPolicyReference;
  readonly generation: number;
  /** Ids of rules that select something here: an AppliedToGroup of theirs is known on this Node. */
  readonly effectiveRules: readonly string[];
  /**
   * All that it asks of this Node is known: every AddressGroup that those rules name, and some rule selects something here
   * unless it has none at all. Before that a policy does not count as realised.
   */
  readonly complete: boolean;
}

interface Policy extends ReadPolicy {
  /** The message as it came. As text: as an object, a block of addresses takes a hundred bytes more. */
  readonly json: string;
}

const kinds: readonly ControlplaneKind[] = ['networkPolicies', 'appliedToGroups', 'addressGroups'];

/**
 * The rules of one Node, from what the controller says of policies and groups, in any order. A group that is missing
 * selects nothing; a rule that allows still isolates. Nothing is given out before all three kinds were stated whole:
 * part of a list is not the truth.
 */
export class NodeRules {
  readonly #hash: (text: string) => string;
  readonly #policies = new Map<string, Policy>();
  readonly #groups: Readonly<Record<GroupKind, GroupStore>>;
  readonly #rules = new Map<string, ReadRule>();
  readonly #rulesByGroup: Readonly<Record<GroupKind, Map<string, Set<string>>>> = {
    appliedToGroups: new Map(),
    addressGroups: new Map(),
  };
  readonly #inSync = new Set<ControlplaneKind>();
  readonly #pending = new PendingRules();

  /** `hash` makes a short id of a rule's text; 1.3 takes 16 hex digits of SHA-1. */
  constructor({ hash }: { readonly hash: (text: string) => string }) {
    this.#hash = hash;
    const pool = new MemberPool();
    this.#groups = { appliedToGroups: new GroupStore(pool), addressGroups: new GroupStore(pool) };
  }

  /** States a kind whole: what is not in the list is gone. What is in it and is refused stays as it was. */
  replace(kind: ControlplaneKind, objects: readonly unknown[]): readonly Refusal[] {
    const stated = new Set<string>();
    const refusals: Refusal[] = [];
    for (const object of objects) {
      stated.add(nameIn(object));
      const refusal = this.set(kind, object);
      if (refusal) refusals.push(refusal);
    }
    for (const name of this.#namesOf(kind)) if (!stated.has(name)) this.remove(kind, name);
    this.#inSync.add(kind);
    return refusals;
  }

  /** States one object. */
  set(kind: ControlplaneKind, object: unknown): Refusal | undefined {
    return this.#take(kind, object, () => {
      if (kind === 'networkPolicies') this.#setPolicy(object);
      else {
        const { name, delta } = this.#groups[kind].set(object);
        this.#groupChanged(kind, name, delta);
      }
    });
  }

  /** Changes the members of a group. Refused for one that is not known: the watch has to be begun anew. */
  patch(kind: GroupKind, patch: unknown): Refusal | undefined {
    return this.#take(kind, patch, () => {
      const { name, delta } = this.#groups[kind].patch(patch);
      this.#groupChanged(kind, name, delta);
    });
  }

  remove(kind: ControlplaneKind, name: string): void {
    if (kind === 'networkPolicies') {
      for (const rule of this.#policies.get(name)?.rules ?? []) this.#removeRule(rule);
      this.#policies.delete(name);
      return;
    }
    const delta = this.#groups[kind].remove(name);
    if (delta) this.#groupChanged(kind, name, delta);
  }

  /** All three kinds were stated whole. */
  get inSync(): boolean {
    return kinds.every((kind) => this.#inSync.has(kind));
  }

  /** What changed since the last call; nothing before everything is in sync. */
  takeChanges(): RuleChanges {
    if (!this.inSync) return { added: [], patched: [], removed: [] };
    const lists: MemberLists = new Map();
    return this.#pending.take((id) => this.#complete(id, lists) as CompletedRule);
  }

  rule(id: string): CompletedRule | undefined {
    return this.#complete(id, new Map());
  }

  #complete(id: string, lists: MemberLists): CompletedRule | undefined {
    const rule = this.#rules.get(id);
    if (rule === undefined) return undefined;
    const { text, appliedToGroups, addressGroups, ipBlocks, fqdns } = rule;
    return {
      ...text,
      targets: this.#membersOf('appliedToGroups', appliedToGroups, lists),
      peers: {
        members: this.#membersOf('addressGroups', addressGroups, lists),
        ipBlocks: unpackBlocks(ipBlocks),
        fqdns,
      },
    };
  }

  rules(): readonly CompletedRule[] {
    return [...this.#rules.keys()].map((id) => this.rule(id) as CompletedRule);
  }

  /** Policies by the name of their message, which is the UID of what a user wrote. */
  policies(): ReadonlyMap<string, NodePolicy> {
    return new Map([...this.#policies].map(([name, policy]) => [name, this.#describe(policy)]));
  }

  /** How many objects are known, by the names of AntreaAgentInfo. */
  counts(): {
    readonly networkPolicyNum: number;
    readonly appliedToGroupNum: number;
    readonly addressGroupNum: number;
  } {
    return {
      networkPolicyNum: this.#policies.size,
      appliedToGroupNum: this.#groups.appliedToGroups.names().length,
      addressGroupNum: this.#groups.addressGroups.names().length,
    };
  }

  policy(name: string): NodePolicy | undefined {
    const policy = this.#policies.get(name);
    return policy && this.#describe(policy);
  }

  /** Names of the policies with a rule for a Pod. */
  policiesOfPod(namespace: string, name: string): readonly string[] {
    return [...this.#policies]
      .filter(([, read]) =>
        read.rules.some(({ appliedToGroups }) =>
          appliedToGroups.some((group) => this.isTarget(group, namespace, name)),
        ),
      )
      .map(([policy]) => policy);
  }

  /** How many rules there are in each direction. */
  ruleCounts(): { readonly ingress: number; readonly egress: number } {
    let ingress = 0;
    for (const { text } of this.#rules.values()) if (text.direction === 'In') ingress += 1;
    return { ingress, egress: this.#rules.size - ingress };
  }

  /** Whether a Pod is in an AppliedToGroup, as far as is known here. */
  isTarget(group: string, namespace: string, name: string): boolean {
    for (const { pod } of this.#groups.appliedToGroups.members(group)) {
      if (pod?.namespace === namespace && pod.name === name) return true;
    }
    return false;
  }

  /** Policies of which some rule refers to a group. */
  policiesOf(kind: GroupKind, group: string): readonly string[] {
    const rules = this.#rulesByGroup[kind].get(group) ?? [];
    return [...new Set([...rules].flatMap((id) => this.#rules.get(id)?.text.policy.uid ?? []))];
  }

  /** Everything as the controller said it; undefined before it said all. */
  snapshot(): PolicySnapshot | undefined {
    const texts = this.snapshotTexts();
    return (
      texts && {
        networkPolicies: Array.from(texts.networkPolicies, parse),
        appliedToGroups: Array.from(texts.appliedToGroups, parse),
        addressGroups: Array.from(texts.addressGroups, parse),
      }
    );
  }

  /** The same as text, made as it is asked for. */
  snapshotTexts(): SnapshotTexts | undefined {
    if (!this.inSync) return undefined;
    return {
      networkPolicies: Array.from(this.#policies.values(), ({ json }) => json),
      appliedToGroups: this.#groups.appliedToGroups.texts(),
      addressGroups: this.#groups.addressGroups.texts(),
    };
  }

  #describe(read: ReadPolicy): NodePolicy {
    const effective = read.rules.filter(({ appliedToGroups }) =>
      appliedToGroups.some((group) => this.#groups.appliedToGroups.has(group)),
    );
    return {
      source: read.source,
      generation: read.generation,
      effectiveRules: effective.map(({ text }) => text.id),
      complete:
        (effective.length > 0 || read.rules.length === 0) &&
        effective.every(({ addressGroups }) => addressGroups.every((group) => this.#groups.addressGroups.has(group))),
    };
  }

  #setPolicy(wire: unknown): void {
    const read = readPolicy(wire, this.#hash);
    const before = this.#policies.get(read.name)?.rules ?? [];
    const after = new Set(read.rules.map(({ text }) => text.id));
    this.#policies.set(read.name, { ...read, json: jsonText(wire) });
    for (const rule of before) if (!after.has(rule.text.id)) this.#removeRule(rule);
    for (const rule of read.rules) if (!this.#rules.has(rule.text.id)) this.#addRule(rule);
  }

  #addRule(rule: ReadRule): void {
    const { id } = rule.text;
    this.#rules.set(id, rule);
    for (const [kind, group] of groupsOf(rule)) {
      const rules = this.#rulesByGroup[kind].get(group) ?? new Set();
      this.#rulesByGroup[kind].set(group, rules.add(id));
    }
    this.#pending.add(id);
  }

  #removeRule(rule: ReadRule): void {
    const { id } = rule.text;
    if (!this.#rules.delete(id)) return;
    for (const [kind, group] of groupsOf(rule)) {
      const rules = this.#rulesByGroup[kind].get(group);
      if (rules?.delete(id) && rules.size === 0) this.#rulesByGroup[kind].delete(group);
    }
    this.#pending.remove(id);
  }

  #groupChanged(kind: GroupKind, name: string, delta: GroupDelta): void {
    if (delta.added.length + delta.removed.length === 0) return;
    const side = kind === 'appliedToGroups' ? 'targets' : 'members';
    for (const id of this.#rulesByGroup[kind].get(name) ?? []) this.#pending.patch(id, side, delta);
  }

  #membersOf(kind: GroupKind, groups: readonly string[], lists: MemberLists): readonly RuleMember[] {
    const each = groups.map((group) => {
      const key = `${kind}/${group}`;
      const list = lists.get(key) ?? [...this.#groups[kind].members(group)];
      lists.set(key, list);
      return list;
    });
    const [only = [], ...others] = each;
    return others.length === 0 ? only : each.flat();
  }

  #namesOf(kind: ControlplaneKind): readonly string[] {
    return kind === 'networkPolicies' ? [...this.#policies.keys()] : this.#groups[kind].names();
  }

  #take(kind: ControlplaneKind, object: unknown, take: () => void): Refusal | undefined {
    try {
      take();
      return undefined;
    } catch (error) {
      if (error instanceof Malformed) return { kind, name: nameIn(object), reason: error.message };
      // Keys of members are made of all that they hold; nothing is changed before they are made.
      if (error instanceof RangeError) return { kind, name: nameIn(object), reason: 'it is too deep or too long' };
      throw error;
    }
  }
}

/** Members of groups: rules that have one group in common get the same list, which saves work further on. */
type MemberLists = Map<string, readonly RuleMember[]>;

function groupsOf({ appliedToGroups, addressGroups }: ReadRule): (readonly [GroupKind, string])[] {
  return [
    ...appliedToGroups.map((group) => ['appliedToGroups', group] as const),
    ...addressGroups.map((group) => ['addressGroups', group] as const),
  ];
}

/** The name in a message that may be anything. */
function nameIn(object: unknown): string {
  try {
    return field(field(fields(object), 'metadata', fields), 'name', nameOf);
  } catch {
    return '';
  }
}

function parse(json: string): unknown {
  return JSON.parse(json);
}
