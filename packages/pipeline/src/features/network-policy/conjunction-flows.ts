import { tableIds } from '@antrea-ts/apis';
import { flowKey, type Flow } from '@antrea-ts/openflow';
import type { RuleText } from '@antrea-ts/policy';
import { cookie } from '../../cookie.js';
import type { NodeProfile } from '../../profile.js';
import { actionFlows, type PolicySettings } from './action-flows.js';
import { clauseAction, ClauseFlows, type ClauseAction } from './clause-flows.js';
import type { MatchPart } from './match-part.js';
import { Placements, prioritiesOf, type Placement } from './placements.js';
import type { Conjunction } from './policy-rule.js';
import type { PrioritySlot } from './priorities.js';
import type { RecoveredRules } from './recover.js';
import { tablesOf } from './rule-tables.js';
import { SingleFlows } from './single-flows.js';

/** How a conjunction is on the switch now. */
interface Rendered {
  readonly priority: number;
  readonly table: number;
  /** Of the clauses in their order: common, split, and services where there are any. */
  readonly clauses: readonly [ClauseAction, ClauseAction, ClauseAction?];
  readonly actionKeys: readonly string[];
}

/** A clause of a conjunction that members come to and go from. */
export type ClauseName = 'common' | 'split';

/** Conjunctions as flows: which of them are on the switch, where, and what changed. */
export class ConjunctionFlows {
  readonly #profile: NodeProfile;
  readonly #settings: PolicySettings;
  readonly #clauses: ClauseFlows;
  readonly #singles = new SingleFlows();
  readonly #placements: Placements;
  readonly #rendered = new Map<Conjunction, Rendered>();
  /** Conjunctions of which it has to be seen whether they belong on the switch. */
  readonly #open = new Set<Conjunction>();
  #retired: number[] = [];
  /** Rules by conjunction id, until the id is released. */
  readonly #rulesById = new Map<number, { readonly text: RuleText; readonly priority: number }>();

  constructor(profile: NodeProfile, settings: PolicySettings, recovered: RecoveredRules) {
    this.#profile = profile;
    this.#settings = settings;
    this.#clauses = new ClauseFlows(cookie(profile.cookieRound, 'Policy'));
    this.#placements = new Placements(recovered);
  }

  partAdded(conjunction: Conjunction, clause: ClauseName, part: MatchPart): void {
    const rendered = this.#rendered.get(conjunction);
    if (rendered) this.#clauses.addAll(rendered.table, rendered.priority, [part], clauseOf(rendered, clause));
    else this.#open.add(conjunction);
  }

  partRemoved(conjunction: Conjunction, clause: ClauseName, part: MatchPart): void {
    const rendered = this.#rendered.get(conjunction);
    if (rendered === undefined) return;
    this.#clauses.removeAll(rendered.table, rendered.priority, [part], clauseOf(rendered, clause));
    if (!conjunction.rule.hasTargets(conjunction)) this.#open.add(conjunction);
  }

  /**
   * The conjunction is gone for good. Its parts have to be those that it had when it was told of them last: it is taken
   * off the switch by them.
   */
  drop(conjunction: Conjunction): void {
    this.#open.delete(conjunction);
    this.#takeOff(conjunction);
    const id = this.#placements.remove(conjunction);
    if (id !== undefined) this.#retired.push(id);
  }

  takeChanges(): {
    readonly set: Map<string, Flow>;
    readonly removed: Set<string>;
    readonly retired: readonly number[];
  } {
    this.#settle();
    const changes = this.#clauses.takeChanges();
    this.#singles.takeChanges(changes);
    const retired = this.#retired;
    this.#retired = [];
    return { ...changes, retired };
  }

  *flows(): Generator<readonly [string, Flow]> {
    yield* this.#clauses.flows();
    yield* this.#singles.flows();
  }

  releaseId(id: number): void {
    this.#rulesById.delete(id);
    this.#placements.releaseId(id);
  }

  abandonRecovered(): void {
    this.#retired.push(...this.#placements.abandonRecovered());
  }

  ruleOf(id: number): RuleText | undefined {
    return this.#rulesById.get(id)?.text;
  }

  /** Priority of the action flow. */
  priorityOf(id: number): number | undefined {
    return this.#rulesById.get(id)?.priority;
  }

  idOf(conjunction: Conjunction): number | undefined {
    return this.#rendered.has(conjunction) ? this.#placements.of(conjunction)?.id : undefined;
  }

  /** Conjunctions that belong on the switch and found no place there. */
  unplaced(): readonly Conjunction[] {
    return [...this.#open].filter((conjunction) => conjunction.rule.hasTargets(conjunction));
  }

  #settle(): void {
    const moved = new Set<PrioritySlot>();
    const coming = new Set<Conjunction>();
    for (const conjunction of this.#open) {
      if (!conjunction.rule.hasTargets(conjunction)) this.#takeOff(conjunction);
      else if (!this.#rendered.has(conjunction)) coming.add(conjunction);
    }
    this.#placements.place(
      [...coming].filter((conjunction) => this.#hasTables(conjunction)),
      moved,
    );
    for (const slot of moved) {
      for (const conjunction of this.#placements.usersOf(slot)) if (this.#takeOff(conjunction)) coming.add(conjunction);
    }
    this.#open.clear();
    for (const conjunction of coming) {
      const placement = this.#placements.of(conjunction);
      if (placement) this.#putOn(conjunction, placement);
      else this.#open.add(conjunction);
    }
  }

  #hasTables({ rule }: Conjunction): boolean {
    return this.#profile.antreaPolicy || rule.text.priority === undefined;
  }

  #putOn(conjunction: Conjunction, placement: Placement): void {
    const { rule, services, hash } = conjunction;
    const { id } = placement;
    const { match: priority, action } = prioritiesOf(placement);
    const count = services === undefined ? 2 : 3;
    const clauses = [
      clauseAction(id, 1, count),
      clauseAction(id, 2, count),
      ...(services === undefined ? [] : [clauseAction(id, 3, count)]),
    ] as unknown as Rendered['clauses'];
    const table = tableIds[tablesOf(rule.text).rule];
    const flows = actionFlows(this.#profile, this.#settings, {
      text: rule.text,
      conjunctionId: id,
      priority: action,
      hash,
    });
    const actionKeys = flows.map((flow) => this.#singles.set(flowKey(flow), flow));
    const rendered = { priority, table, clauses, actionKeys };
    this.#clauses.addAll(table, priority, rule.common.parts(), clauses[0]);
    this.#clauses.addAll(table, priority, conjunction.split.parts(), clauses[1]);
    if (clauses[2]) this.#clauses.addAll(table, priority, services ?? [], clauses[2]);
    this.#rendered.set(conjunction, rendered);
    this.#rulesById.set(id, { text: rule.text, priority: action });
  }

  #takeOff(conjunction: Conjunction): boolean {
    const rendered = this.#rendered.get(conjunction);
    if (rendered === undefined) return false;
    const { table, priority, actionKeys, clauses } = rendered;
    const { rule, split, services = [] } = conjunction;
    this.#clauses.removeAll(table, priority, rule.common.parts(), clauses[0]);
    this.#clauses.removeAll(table, priority, split.parts(), clauses[1]);
    if (clauses[2]) this.#clauses.removeAll(table, priority, services, clauses[2]);
    for (const key of actionKeys) this.#singles.delete(key);
    this.#rendered.delete(conjunction);
    return true;
  }
}

function clauseOf({ clauses }: Rendered, name: ClauseName): ClauseAction {
  return clauses[name === 'common' ? 0 : 1];
}
