import { formatFlow, formatGroup, isGroup, type SwitchItem } from '@antrea-ts/openflow';
import { sameItem } from '@antrea-ts/ovs';
import { FlowOwners, type FlowChanges } from '@antrea-ts/pipeline';
import { isEmptyPlan, planDiff, ReconcileLoop, type Clock, type Driver, type Plan } from '@antrea-ts/reconcile';
import { errorMessage, type Logger } from '@antrea-ts/runtime';
import { FlowWaiters } from './flow-waiters.js';

/** How often installed flows are compared with the desired ones when nothing happens. */
const auditIntervalMs = 30_000;
/** How many flows that others changed are told of one by one, each time. */
const driftsToldAtMost = 20;
const retryMs = { first: 100, longest: 10_000 };
const notInstalled = 'flows are not installed yet';

export type FlowOperation = 'add' | 'modify' | 'delete';

/** Counters for metrics. */
export interface DataplaneCounters {
  /** One item of a bundle, which OVS took or refused. */
  applied(operation: FlowOperation, ok: boolean): void;
  /** One bundle, with the kinds of items that were in it. */
  bundle(milliseconds: number, kinds: readonly FlowOperation[]): void;
}

/**
 * Keeps the flows and groups of the bridge equal to what their owners desire.
 *
 * Owners state their flows at any time (`set`); changes are collected while a bundle is on its way and leave
 * together in the next one. After every (re)connection the installed flows are read back first, and only what
 * differs is sent: an agent that was restarted sends nothing when nothing changed.
 *
 * Nothing is sent before `start`: until every owner that outlived the agent has spoken, an installed flow that
 * nobody desires may still be wanted.
 */
export class Dataplane {
  readonly #driver: Driver<string, SwitchItem>;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #counters: DataplaneCounters | undefined;
  readonly #owners = new FlowOwners<SwitchItem>();
  readonly #stopped = new AbortController();
  readonly #loop: ReconcileLoop;

  /** What OVS acknowledged; undefined while it is not known. */
  #installed: Map<string, SwitchItem> | undefined;
  /** Keys that may differ from what is installed. */
  #pending = new Set<string>();
  /** Keys that are in the bundle on its way. */
  #sending: ReadonlySet<string> = new Set();
  readonly #waiters = new FlowWaiters();
  /** What each owner's statements were about, as far as it is not acknowledged. */
  readonly #touched = new Map<string, Set<string>>();
  /** Keys that the switch refused when they were sent last. */
  #refused: readonly string[] = [];
  #problem: string | undefined = notInstalled;
  #auditDue = false;
  #cancelAudit: (() => void) | undefined;

  constructor(modules: {
    readonly driver: Driver<string, SwitchItem>;
    readonly logger: Logger;
    readonly clock: Clock;
    readonly counters?: DataplaneCounters;
  }) {
    this.#driver = modules.driver;
    this.#logger = modules.logger;
    this.#clock = modules.clock;
    this.#counters = modules.counters;
    this.#loop = new ReconcileLoop({
      clock: modules.clock,
      intervalMs: auditIntervalMs,
      retryMs,
      signal: this.#stopped.signal,
      pass: ({ signal }) => this.#pass(signal),
      onError: (error, failures) => this.#logger.debug('Flows not applied, will be tried again', { error, failures }),
    });
  }

  /** States all flows of one owner; an empty list removes it. Takes effect soon; `settled` tells when. */
  set(owner: string, flows: readonly SwitchItem[]): void {
    this.#changed(owner, this.#owners.set(owner, flows));
  }

  /** Changes some flows of one owner, and leaves its others. */
  patch(owner: string, changes: FlowChanges<SwitchItem>): void {
    this.#changed(owner, this.#owners.patch(owner, changes));
  }

  #changed(owner: string, { set, removed }: FlowChanges<SwitchItem>): void {
    const touched = this.#touched.get(owner) ?? new Set();
    for (const keys of [set.keys(), removed]) {
      for (const key of keys) {
        this.#pending.add(key);
        touched.add(key);
      }
    }
    this.#touched.set(owner, touched);
    this.#loop.trigger();
  }

  /**
   * Resolves when OVS has acknowledged what an owner (or several) stated last, or what everybody did; rejects when it
   * refused part of that. Another owner's trouble is no matter.
   */
  settled({ signal, owner }: { signal: AbortSignal; owner?: string | readonly string[] }): Promise<void> {
    const keys = this.#openKeys(typeof owner === 'string' ? [owner] : owner);
    if (this.#installed !== undefined && keys.size === 0) return Promise.resolve();
    const answered = this.#waiters.wait(keys, signal);
    this.#loop.trigger();
    return answered;
  }

  /** What is not acknowledged of some owners, or of all. */
  #openKeys(owners: readonly string[] | undefined): ReadonlySet<string> {
    if (owners === undefined) return new Set([...this.#pending, ...this.#sending]);
    const keys = new Set<string>();
    for (const owner of owners) {
      for (const key of this.#touched.get(owner) ?? []) if (this.#isOpen(key)) keys.add(key);
    }
    return keys;
  }

  /** Every owner has spoken: from now on the bridge is made to follow. */
  start(): void {
    this.#loop.start();
  }

  /** Ends; what is installed stays as it is. */
  async stop(): Promise<void> {
    const reason = new Error('the agent is stopping');
    this.#stopped.abort(reason);
    await this.#loop.ended();
    this.#cancelAudit?.();
    this.#waiters.rejectAll(reason);
  }

  /** The switch was reconnected, and may have been restarted: what is installed has to be read anew. */
  switchConnected(): void {
    this.#installed = undefined;
    this.#problem = notInstalled;
    this.#loop.trigger();
  }

  /** Somebody did what may have cost flows: they are compared now, not only when the next audit is due. */
  audit(): void {
    this.#auditDue = true;
    this.#loop.trigger();
  }

  /** Why the switch takes no changes now; undefined: it does, apart from what it refuses. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Owners of flows that the switch refused; they are tried again. */
  get refused(): readonly string[] {
    return [...new Set(this.#refused.map((key) => this.#ownerOf(key)))];
  }

  /** True when OVS has acknowledged everything that is desired. */
  get inSync(): boolean {
    return this.#installed !== undefined && this.#pending.size + this.#sending.size === 0;
  }

  get flowCount(): number {
    return [...this.flowCountByTable().values()].reduce((sum, count) => sum + count, 0);
  }

  /** Installed flows per table, for metrics. */
  flowCountByTable(): ReadonlyMap<number, number> {
    const counts = new Map<number, number>();
    for (const item of this.#installed?.values() ?? []) {
      if (!isGroup(item)) counts.set(item.table, (counts.get(item.table) ?? 0) + 1);
    }
    return counts;
  }

  /** Who asked for a flow. */
  ownersOf(key: string): readonly string[] {
    return this.#owners.ownersOf(key);
  }

  #isOpen(key: string): boolean {
    return this.#pending.has(key) || this.#sending.has(key);
  }

  #ownerOf(key: string): string {
    return this.#owners.ownersOf(key)[0] ?? 'nobody';
  }

  async #pass(signal: AbortSignal): Promise<void> {
    let refused: ReadonlyMap<string, Error>;
    try {
      if (this.#installed === undefined) await this.#readBack(signal);
      else if (this.#auditDue) await this.#audit(this.#installed, signal);
      refused = await this.#flush(signal);
    } catch (error) {
      this.#problem ??= errorMessage(error);
      throw error;
    }
    this.#refused = [...refused.keys()];
    // Reconnected meanwhile: what was acknowledged may be gone again.
    if (this.#installed === undefined) return;
    this.#problem = undefined;
    this.#waiters.answer(refused, (key) => this.#isOpen(key));
    // Has to be tried again.
    for (const error of refused.values()) throw error;
  }

  /** After a (re)connection nothing is known: everything that differs is pending. */
  async #readBack(signal: AbortSignal): Promise<void> {
    const installed = new Map(await this.#driver.observe({ signal }));
    const differences = this.#differences(installed);
    for (const { key } of differences) this.#pending.add(key);
    this.#installed = installed;
    this.#scheduleAudit();
    this.#logger.info('Read installed flows', { installed: installed.size, ...countByKind(differences) });
  }

  /** What is not as OVS had acknowledged it was changed by somebody else. */
  async #audit(believed: ReadonlyMap<string, SwitchItem>, signal: AbortSignal): Promise<void> {
    const installed = new Map(await this.#driver.observe({ signal }));
    // Reconnected meanwhile: the next pass reads everything back.
    if (this.#installed !== believed) return;
    const drift = this.#differences(installed).filter(({ key }) => !this.#pending.has(key));
    for (const { key } of drift) this.#pending.add(key);
    this.#reportDrift(drift);
    this.#installed = installed;
    this.#scheduleAudit();
  }

  /** Has a timer of its own: the loop's interval begins anew with every change. */
  #scheduleAudit(): void {
    this.#cancelAudit?.();
    this.#auditDue = false;
    this.#cancelAudit = this.#clock.setTimer(auditIntervalMs, () => {
      this.#auditDue = true;
      this.#loop.trigger();
    });
  }

  #differences(installed: ReadonlyMap<string, SwitchItem>): Difference[] {
    const { create, update, remove } = planDiff(this.#owners.flows(), installed, sameItem);
    return [
      ...[...create].map(([key, flow]) => ({ kind: 'missing', key, flow }) as const),
      ...[...update].map(
        ([key, { observed, desired }]) => ({ kind: 'altered', key, flow: desired, found: observed }) as const,
      ),
      ...[...remove].map(([key, flow]) => ({ kind: 'unwanted', key, flow }) as const),
    ];
  }

  /** Each by itself, unless somebody removed them wholesale. */
  #reportDrift(drift: readonly Difference[]): void {
    for (const { kind, key, flow, found } of drift.slice(0, driftsToldAtMost)) {
      this.#logger.warn('Repairing a flow that was changed from outside', {
        what: kind,
        [isGroup(flow) ? 'group' : 'flow']: textOf(flow),
        ...(found ? { found: textOf(found) } : {}),
        owner: this.#ownerOf(key),
      });
    }
    const rest = drift.slice(driftsToldAtMost);
    if (rest.length > 0) this.#logger.warn('Repairing more flows that were changed from outside', countByKind(rest));
  }

  /** Sends what is pending, and gives what was refused. Throws when nothing is known of what became of it. */
  async #flush(signal: AbortSignal): Promise<ReadonlyMap<string, Error>> {
    const installed = this.#installed;
    if (installed === undefined) throw new Error('the switch was reconnected');
    const keys = this.#pending;
    this.#pending = new Set();
    this.#sending = keys;
    try {
      const refused = await this.#applyIsolated(this.#plan(keys, installed), installed, signal);
      for (const key of refused.keys()) this.#pending.add(key);
      return refused;
    } catch (error) {
      for (const key of keys) this.#pending.add(key);
      throw error;
    } finally {
      this.#sending = new Set();
      this.#forgetAcknowledged();
    }
  }

  #forgetAcknowledged(): void {
    if (this.#pending.size === 0) {
      this.#touched.clear();
      return;
    }
    for (const [owner, keys] of this.#touched) {
      for (const key of keys) if (!this.#isOpen(key)) keys.delete(key);
      if (keys.size === 0) this.#touched.delete(owner);
    }
  }

  /**
   * A bundle is taken as a whole or not at all. When it was refused, each owner's part goes by itself: what is wrong
   * with one owner's flows must not keep the others' from the switch.
   */
  async #applyIsolated(
    plan: Plan<string, SwitchItem>,
    installed: Map<string, SwitchItem>,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Error>> {
    if (isEmptyPlan(plan)) return new Map();
    const failures = await this.#apply(plan, installed, signal);
    const parts = new Map<string, Set<string>>();
    for (const key of failures.keys()) {
      const owner = this.#ownerOf(key);
      parts.set(owner, (parts.get(owner) ?? new Set()).add(key));
    }
    const left = new Map<string, Error>();
    for (const [owner, keys] of parts) {
      const still = parts.size === 1 ? failures : await this.#apply(this.#plan(keys, installed), installed, signal);
      for (const [key, error] of still) left.set(key, error);
      const [error] = still.values();
      if (error) this.#logger.error('OVS refused flows', { owner, count: still.size, error });
    }
    return left;
  }

  #plan(keys: ReadonlySet<string>, installed: ReadonlyMap<string, SwitchItem>): Plan<string, SwitchItem> {
    const create = new Map<string, SwitchItem>();
    const update = new Map<string, { readonly observed: SwitchItem; readonly desired: SwitchItem }>();
    const remove = new Map<string, SwitchItem>();
    for (const key of keys) {
      const desired = this.#owners.flow(key);
      const observed = installed.get(key);
      if (!desired) {
        if (observed) remove.set(key, observed);
      } else if (!observed) create.set(key, desired);
      else if (!sameItem(desired, observed)) update.set(key, { observed, desired });
    }
    return { create, update, remove };
  }

  async #apply(
    plan: Plan<string, SwitchItem>,
    installed: Map<string, SwitchItem>,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Error>> {
    const startedAt = performance.now();
    const outcomes = await this.#driver.apply(plan, { signal });
    this.#counters?.bundle(performance.now() - startedAt, kindsOf(plan));
    const failures = new Map<string, Error>();
    for (const outcome of outcomes) {
      const { key } = outcome;
      const created = plan.create.get(key);
      const flow = created ?? plan.update.get(key)?.desired;
      const operation = created ? 'add' : flow ? 'modify' : 'delete';
      this.#counters?.applied(operation, outcome.ok);
      if (!outcome.ok) {
        failures.set(key, outcome.error);
        continue;
      }
      if (flow) installed.set(key, flow);
      else installed.delete(key);
    }
    return failures;
  }
}

/** How an installed flow differs from what is desired. */
interface Difference {
  readonly kind: 'missing' | 'altered' | 'unwanted';
  readonly key: string;
  readonly flow: SwitchItem;
  readonly found?: SwitchItem;
}

function textOf(item: SwitchItem): string {
  return isGroup(item) ? formatGroup(item) : formatFlow(item);
}

function countByKind(differences: readonly Difference[]): Record<Difference['kind'], number> {
  const counts = { missing: 0, altered: 0, unwanted: 0 };
  for (const { kind } of differences) counts[kind] += 1;
  return counts;
}

function kindsOf(plan: Plan<string, SwitchItem>): FlowOperation[] {
  const kinds: FlowOperation[] = [];
  if (plan.create.size > 0) kinds.push('add');
  if (plan.update.size > 0) kinds.push('modify');
  if (plan.remove.size > 0) kinds.push('delete');
  return kinds;
}
