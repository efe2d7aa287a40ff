import type { Flow } from '@antrea-ts/openflow';
import type { CompletedRule, RuleChanges, RuleMember, RulePatch, RuleText } from '@antrea-ts/policy';
import { excludeCidrs, type IpAddress } from '@antrea-ts/net-types';
import type { FlowChanges } from '../../flow-owners.js';
import type { NodeProfile } from '../../profile.js';
import type { LocalPod } from '../pods.js';
import type { PolicySettings } from './action-flows.js';
import { ConjunctionFlows } from './conjunction-flows.js';
import { Isolation } from './isolation.js';
import { addressPart, cidrPart, targetPortPart, type MatchPart, type PacketEnd } from './match-part.js';
import { PolicyRule, type Conjunction } from './policy-rule.js';
import { nothingRecovered, type RecoveredRules } from './recover.js';

/** What of a local Pod policies need. */
export type PolicyPod = Pick<LocalPod, 'ofPort' | 'addresses'>;

/** Changes of the flows, and what else came of them. */
export interface PolicyFlowChanges extends FlowChanges {
  /** Conjunction ids that no rule has any more; give them to `releaseId` when nobody speaks of them. */
  readonly retired: readonly number[];
}

/**
 * The flows of a Node's policy rules. Holds rules and local Pods; what changes in them changes only the flows that
 * differ. `takeChanges` gives those since the last call: many changes before it make one set of flows, that of their
 * final state.
 */
export class PolicyFlows {
  readonly #profile: NodeProfile;
  readonly #flows: ConjunctionFlows;
  readonly #isolation: Isolation;
  readonly #rules = new Map<string, PolicyRule>();
  readonly #pods = new Map<string, PolicyPod>();
  readonly #rulesByPod = new Map<string, Set<PolicyRule>>();
  /** Lists of members are shared by rules, and so are their matches, for as long as a batch takes. */
  readonly #listParts = {
    source: new Map<readonly RuleMember[], readonly MatchPart[]>(),
    destination: new Map<readonly RuleMember[], readonly MatchPart[]>(),
  } as const;

  constructor(profile: NodeProfile, settings: PolicySettings, recovered: RecoveredRules = nothingRecovered) {
    this.#profile = profile;
    this.#flows = new ConjunctionFlows(profile, settings, recovered);
    this.#isolation = new Isolation(profile, settings);
  }

  /** States a local Pod by `namespace/name`, or with `undefined` that it is gone. */
  setPod(name: string, pod: PolicyPod | undefined): void {
    const before = this.#pods.get(name);
    if (pod) this.#pods.set(name, pod);
    else this.#pods.delete(name);
    for (const rule of this.#rulesByPod.get(name) ?? []) {
      for (const member of rule.targets.get(name) ?? []) {
        // Added first: what stays the same is never taken away.
        if (pod) this.#addTarget(rule, member, pod);
        if (before) this.#removeTarget(rule, member, before);
      }
    }
  }

  apply(changes: RuleChanges): void {
    for (const id of changes.removed) this.removeRule(id);
    for (const patch of changes.patched) this.patchRule(patch);
    for (const rule of changes.added) this.setRule(rule);
  }

  /** States a rule whole, also one that is known already. */
  setRule(completed: CompletedRule): void {
    this.removeRule(completed.id);
    const rule = new PolicyRule(completed, this.#profile.families);
    this.#rules.set(completed.id, rule);
    for (const { cidr, except } of completed.peers.ipBlocks) {
      if (!this.#enabled(cidr.address)) continue;
      for (const part of excludeCidrs(cidr, except)) this.#addPeer(rule, undefined, cidrPart(part, rule.peerEnd));
    }
    this.#addMembers(rule, completed.peers.members);
    for (const member of completed.targets) this.#addTargetMember(rule, member);
  }

  /** Members that came and went. Throws for a rule that was never stated: that is our bug. */
  patchRule(patch: RulePatch): void {
    const rule = this.#known(patch.id);
    this.#addMembers(rule, patch.addedMembers);
    this.#removeMembers(rule, patch.removedMembers);
    for (const member of patch.addedTargets) this.#addTargetMember(rule, member);
    for (const member of patch.removedTargets) this.#removeTargetMember(rule, member);
  }

  /** The addresses that the names in a rule stand for now. */
  setNameAddresses(ruleId: string, addresses: readonly IpAddress[]): void {
    const rule = this.#known(ruleId);
    const parts = this.#parts(addresses, rule.peerEnd);
    for (const part of parts) this.#addPeer(rule, undefined, part);
    for (const part of rule.nameParts) this.#removePeer(rule, undefined, part);
    rule.nameParts = parts;
  }

  removeRule(id: string): void {
    const rule = this.#rules.get(id);
    if (rule === undefined) return;
    this.#rules.delete(id);
    for (const conjunction of rule.conjunctions.values()) this.#flows.drop(conjunction);
    for (const [name, members] of rule.targets) {
      this.#unindex(rule, name);
      const pod = this.#pods.get(name);
      if (pod === undefined || !rule.isolates) continue;
      for (const part of members.flatMap(() => this.#targetParts(rule, pod))) {
        this.#isolation.remove(rule.text.direction, part);
      }
    }
  }

  /** Flows that differ from those of the last call. */
  takeChanges(): PolicyFlowChanges {
    const changes = this.#flows.takeChanges();
    this.#isolation.flows.takeChanges(changes);
    for (const parts of Object.values(this.#listParts)) parts.clear();
    return changes;
  }

  /** All flows by their keys, as of the last `takeChanges`. */
  flows(): Map<string, Flow> {
    return new Map([...this.#flows.flows(), ...this.#isolation.flows.flows()]);
  }

  /** A retired id may be given to another rule from now on. */
  releaseId(id: number): void {
    this.#flows.releaseId(id);
  }

  /**
   * All rules that outlived the last agent have been stated: ids that were found on the switch and belong to none of
   * them are retired with the next changes.
   */
  abandonRecovered(): void {
    this.#flows.abandonRecovered();
  }

  /** The rule that a conjunction id stands for, also for a while after it is gone. */
  ruleOf(conjunctionId: number): RuleText | undefined {
    return this.#flows.ruleOf(conjunctionId);
  }

  /** OpenFlow priority of that rule's action. */
  priorityOf(conjunctionId: number): number | undefined {
    return this.#flows.priorityOf(conjunctionId);
  }

  /** Conjunction ids of a rule as far as it is on the switch: several where ports have names. */
  conjunctionsOf(ruleId: string): readonly number[] {
    const conjunctions = [...(this.#rules.get(ruleId)?.conjunctions.values() ?? [])];
    return conjunctions.flatMap((conjunction) => this.#flows.idOf(conjunction) ?? []);
  }

  /** Rules that belong on the switch and are not: their table has no priority left, or does not exist on this Node. */
  unplaced(): readonly RuleText[] {
    return [...new Set(this.#flows.unplaced().map(({ rule }) => rule.text))];
  }

  #known(id: string): PolicyRule {
    const rule = this.#rules.get(id);
    if (rule === undefined) throw new Error(`pipeline: rule ${id} was patched before it was stated`);
    return rule;
  }

  #addMembers(rule: PolicyRule, members: readonly RuleMember[]): void {
    for (const [member, parts] of this.#peerParts(rule, members)) {
      for (const part of parts) this.#addPeer(rule, member, part);
    }
  }

  #removeMembers(rule: PolicyRule, members: readonly RuleMember[]): void {
    for (const [member, parts] of this.#peerParts(rule, members)) {
      for (const part of parts) this.#removePeer(rule, member, part);
    }
  }

  /** The matches of members, together where it does not matter whose they are. */
  #peerParts(
    rule: PolicyRule,
    members: readonly RuleMember[],
  ): (readonly [RuleMember | undefined, readonly MatchPart[]])[] {
    if (rule.namedPorts && rule.text.direction === 'Out') {
      return members.map((member) => [member, this.#parts(member.addresses, rule.peerEnd)]);
    }
    const lists = this.#listParts[rule.peerEnd];
    let parts = lists.get(members);
    if (parts === undefined) {
      const all: MatchPart[] = [];
      for (const { addresses } of members) this.#collect(addresses, rule.peerEnd, all);
      lists.set(members, (parts = all));
    }
    return [[undefined, parts]];
  }

  #addPeer(rule: PolicyRule, member: RuleMember | undefined, part: MatchPart): void {
    if (rule.text.direction === 'In') this.#addCommon(rule, part);
    else this.#addSplit(rule, member, part);
  }

  #removePeer(rule: PolicyRule, member: RuleMember | undefined, part: MatchPart): void {
    if (rule.text.direction === 'In') this.#removeCommon(rule, part);
    else this.#removeSplit(rule, member, part);
  }

  #addTargetMember(rule: PolicyRule, member: RuleMember): void {
    const name = podName(member);
    if (name === undefined) return;
    rule.targets.set(name, [...(rule.targets.get(name) ?? []), member]);
    this.#rulesByPod.set(name, (this.#rulesByPod.get(name) ?? new Set()).add(rule));
    const pod = this.#pods.get(name);
    if (pod) this.#addTarget(rule, member, pod);
  }

  #removeTargetMember(rule: PolicyRule, member: RuleMember): void {
    const name = podName(member);
    const members = name === undefined ? [] : (rule.targets.get(name) ?? []);
    const index = members.findIndex(({ key }) => key === member.key);
    if (name === undefined || index < 0) return;
    const left = members.toSpliced(index, 1);
    if (left.length > 0) rule.targets.set(name, left);
    else {
      rule.targets.delete(name);
      this.#unindex(rule, name);
    }
    const pod = this.#pods.get(name);
    if (pod) this.#removeTarget(rule, member, pod);
  }

  #unindex(rule: PolicyRule, name: string): void {
    const rules = this.#rulesByPod.get(name);
    if (rules?.delete(rule) && rules.size === 0) this.#rulesByPod.delete(name);
  }

  #addTarget(rule: PolicyRule, member: RuleMember, pod: PolicyPod): void {
    for (const part of this.#targetParts(rule, pod)) {
      if (rule.text.direction === 'In') this.#addSplit(rule, member, part);
      else this.#addCommon(rule, part);
      if (rule.isolates) this.#isolation.add(rule.text.direction, part);
    }
  }

  #removeTarget(rule: PolicyRule, member: RuleMember, pod: PolicyPod): void {
    for (const part of this.#targetParts(rule, pod)) {
      if (rule.text.direction === 'In') this.#removeSplit(rule, member, part);
      else this.#removeCommon(rule, part);
      if (rule.isolates) this.#isolation.remove(rule.text.direction, part);
    }
  }

  #addCommon(rule: PolicyRule, part: MatchPart): void {
    if (!rule.common.add(part)) return;
    for (const conjunction of rule.conjunctions.values()) this.#flows.partAdded(conjunction, 'common', part);
  }

  #removeCommon(rule: PolicyRule, part: MatchPart): void {
    if (!rule.common.remove(part)) return;
    for (const conjunction of rule.conjunctions.values()) this.#flows.partRemoved(conjunction, 'common', part);
  }

  #addSplit(rule: PolicyRule, member: RuleMember | undefined, part: MatchPart): void {
    const conjunction = rule.conjunctionFor(member);
    if (conjunction.split.add(part)) this.#flows.partAdded(conjunction, 'split', part);
  }

  #removeSplit(rule: PolicyRule, member: RuleMember | undefined, part: MatchPart): void {
    const conjunction = rule.conjunctionFor(member);
    if (!conjunction.split.remove(part)) return;
    this.#flows.partRemoved(conjunction, 'split', part);
    if (rule.isSpare(conjunction)) this.#forget(rule, conjunction);
  }

  #forget(rule: PolicyRule, conjunction: Conjunction): void {
    rule.conjunctions.delete(conjunction.key);
    this.#flows.drop(conjunction);
  }

  /** What comes in is known by the port that it leaves by, what goes out by the Pod's addresses: nobody else has them. */
  #targetParts(rule: PolicyRule, pod: PolicyPod): readonly MatchPart[] {
    return rule.text.direction === 'In' ? [targetPortPart(pod.ofPort)] : this.#parts(pod.addresses, 'source');
  }

  #parts(addresses: readonly IpAddress[], end: PacketEnd): readonly MatchPart[] {
    const parts: MatchPart[] = [];
    this.#collect(addresses, end, parts);
    return parts;
  }

  #collect(addresses: readonly IpAddress[], end: PacketEnd, parts: MatchPart[]): void {
    for (const address of addresses) if (this.#enabled(address)) parts.push(addressPart(address, end));
  }

  #enabled({ family }: IpAddress): boolean {
    return this.#profile.families.includes(family);
  }
}

function podName({ pod }: RuleMember): string | undefined {
  return pod && `${pod.namespace}/${pod.name}`;
}
