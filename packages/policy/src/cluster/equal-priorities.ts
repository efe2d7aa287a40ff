import type { RuleAction } from '@antrea-ts/apis';
import type { ConvertedPolicy } from './converted-policy.js';
import type { PlacedMember } from './entity.js';

/** Members of an AppliedToGroup by its name; undefined: there is no such group. */
export type TargetsOf = (group: string) => readonly PlacedMember[] | undefined;

/** Rules of two policies in the same place of the order that do different things to the same Pod. */
export interface EqualPriority {
  /** Index of both rules in their direction. */
  readonly direction: 'In' | 'Out';
  readonly rule: number;
  readonly action: RuleAction;
  readonly other: ConvertedPolicy;
  readonly otherAction: RuleAction;
}

/** A rule of a policy, for the Pods of one group. */
interface Claim {
  readonly policy: ConvertedPolicy;
  readonly action: RuleAction;
}

/**
 * Finds policies whose order nobody decided: same tier and priority, and at the same index rules that do different things
 * to a Pod that both apply to. Which of them decides is defined (denying comes first), but hardly what their authors know.
 *
 * Policies are kept by tier and priority, and only those of one such place are compared: by the Pods of each distinct
 * group, never policy by policy.
 */
export class EqualPriorities {
  readonly #places = new Map<string, Map<string, ConvertedPolicy>>();
  readonly #placesByGroup = new Map<string, Map<string, number>>();
  readonly #changed = new Set<string>();
  readonly #found = new Map<string, EqualPriority>();

  /** A policy came, changed or went. */
  policyChanged(before: ConvertedPolicy | undefined, after: ConvertedPolicy | undefined): void {
    if (before) this.#remove(before);
    if (after) this.#add(after);
  }

  /** Members of an AppliedToGroup came or went. */
  groupChanged(name: string): void {
    for (const place of this.#placesByGroup.get(name)?.keys() ?? []) this.#changed.add(place);
  }

  /** Whether something changed that `look` would look at. */
  get hasChanges(): boolean {
    return this.#changed.size > 0;
  }

  /**
   * Looks again where something changed, and gives the UIDs of policies of which something else is true now. Yields on
   * the way, so that others may have their turn: what changes meanwhile is looked at the next time.
   */
  *look(targetsOf: TargetsOf): Generator<void, readonly string[]> {
    const changed = [...this.#changed];
    this.#changed.clear();
    const differing: string[] = [];
    for (const place of changed) {
      const found = yield* findEqual([...(this.#places.get(place)?.values() ?? [])], targetsOf);
      for (const uid of this.#places.get(place)?.keys() ?? []) {
        const now = found.get(uid);
        if (isSame(this.#found.get(uid), now)) continue;
        if (now) this.#found.set(uid, now);
        else this.#found.delete(uid);
        differing.push(uid);
      }
    }
    return differing;
  }

  /** One of the rules that share the place of a rule of this policy; undefined: none does. */
  of(uid: string): EqualPriority | undefined {
    return this.#found.get(uid);
  }

  #add(policy: ConvertedPolicy): void {
    const place = placeOf(policy);
    if (place === undefined) return;
    this.#places.set(place, (this.#places.get(place) ?? new Map()).set(policy.source.uid, policy));
    for (const group of groupsOf(policy)) {
      const places = this.#placesByGroup.get(group) ?? new Map<string, number>();
      this.#placesByGroup.set(group, places.set(place, (places.get(place) ?? 0) + 1));
    }
    this.#changed.add(place);
  }

  #remove(policy: ConvertedPolicy): void {
    const place = placeOf(policy);
    if (place === undefined) return;
    const policies = this.#places.get(place);
    policies?.delete(policy.source.uid);
    if (policies?.size === 0) this.#places.delete(place);
    this.#found.delete(policy.source.uid);
    for (const group of groupsOf(policy)) {
      const places = this.#placesByGroup.get(group);
      const left = (places?.get(place) ?? 1) - 1;
      if (left > 0) places?.set(place, left);
      else places?.delete(place);
      if (places?.size === 0) this.#placesByGroup.delete(group);
    }
    this.#changed.add(place);
  }
}

function placeOf({ tierPriority, priority }: ConvertedPolicy): string | undefined {
  return tierPriority === undefined || priority === undefined ? undefined : `${tierPriority}/${priority}`;
}

function groupsOf({ rules, appliedToGroups = [] }: ConvertedPolicy): Set<string> {
  return new Set([...appliedToGroups, ...rules.flatMap((rule) => rule.appliedToGroups ?? [])]);
}

function* findEqual(
  policies: readonly ConvertedPolicy[],
  targetsOf: TargetsOf,
): Generator<void, Map<string, EqualPriority>> {
  const found = new Map<string, EqualPriority>();
  if (policies.length < 2) return found;
  for (const [slot, byGroup] of contestedSlots(policies)) {
    const [direction = 'In', rule] = slot.split('/');
    for (const [claim, other] of yield* meetings(byGroup, targetsOf)) {
      if (found.has(claim.policy.source.uid)) continue;
      found.set(claim.policy.source.uid, {
        direction: direction as 'In' | 'Out',
        rule: Number(rule),
        action: claim.action,
        other: other.policy,
        otherAction: other.action,
      });
    }
  }
  return found;
}

type ClaimsByGroup = Map<string, Claim[]>;

/** Places of rules (direction and index) at which policies want different things. */
function contestedSlots(policies: readonly ConvertedPolicy[]): [slot: string, ClaimsByGroup][] {
  const slots = new Map<string, { readonly actions: Set<RuleAction>; readonly byGroup: ClaimsByGroup }>();
  for (const policy of policies) {
    for (const { direction, priority = 0, action = 'Allow', appliedToGroups } of policy.rules) {
      const key = `${direction}/${priority}`;
      const slot = slots.get(key) ?? { actions: new Set(), byGroup: new Map<string, Claim[]>() };
      slots.set(key, slot);
      slot.actions.add(action);
      for (const group of appliedToGroups ?? policy.appliedToGroups ?? []) {
        const claims = slot.byGroup.get(group);
        if (claims) claims.push({ policy, action });
        else slot.byGroup.set(group, [{ policy, action }]);
      }
    }
  }
  return [...slots].filter(([, { actions }]) => actions.size > 1).map(([key, { byGroup }]) => [key, byGroup]);
}

/** For every action one rule that takes it: more one need not know. */
type Claims = ReadonlyMap<RuleAction, Claim>;

/** Each claim with one that wants something else for the same Pod. */
function* meetings(
  byGroup: ClaimsByGroup,
  targetsOf: TargetsOf,
): Generator<void, readonly (readonly [Claim, Claim])[]> {
  const contested = yield* contestedPods(byGroup, targetsOf);
  const found: (readonly [Claim, Claim])[] = [];
  if (contested.size === 0) return found;
  for (const [group, claims] of byGroup) {
    const open = new Set(claims);
    for (const member of targetsOf(group) ?? []) {
      const atPod = contested.get(podKey(member));
      if (!atPod) continue;
      for (const claim of open) {
        const other = [...atPod.values()].find(({ action }) => action !== claim.action);
        if (!other) continue;
        found.push([claim, other]);
        open.delete(claim);
      }
      if (open.size === 0) break;
    }
    yield;
  }
  return found;
}

/** Pods for which more than one action is asked. */
function* contestedPods(byGroup: ClaimsByGroup, targetsOf: TargetsOf): Generator<void, Map<string, Claims>> {
  const byPod = new Map<string, Claims>();
  const contested = new Map<string, Claims>();
  for (const [group, claims] of byGroup) {
    const ofGroup: Claims = new Map(claims.map((claim) => [claim.action, claim]));
    for (const member of targetsOf(group) ?? []) {
      const key = podKey(member);
      const known = byPod.get(key) ?? ofGroup;
      const isNothingNew = known === ofGroup || [...ofGroup.keys()].every((action) => known.has(action));
      const both = isNothingNew ? known : new Map([...ofGroup, ...known]);
      byPod.set(key, both);
      if (both.size > 1) contested.set(key, both);
    }
    yield;
  }
  return contested;
}

function podKey({ member: { pod, externalEntity } }: PlacedMember): string {
  const of = pod ?? externalEntity;
  return `${pod ? 'pod' : 'entity'}/${of?.namespace}/${of?.name}`;
}

function isSame(a: EqualPriority | undefined, b: EqualPriority | undefined): boolean {
  if (!a || !b) return a === b;
  return (
    a.direction === b.direction &&
    a.rule === b.rule &&
    a.action === b.action &&
    a.otherAction === b.otherAction &&
    a.other.source.uid === b.other.source.uid
  );
}
