import type { SwitchItem } from '@antrea-ts/openflow';
import type { FlowChanges } from '@antrea-ts/pipeline';
import { isEmptyPlan, ReconcileLoop, type Clock, type Driver, type Plan } from '@antrea-ts/reconcile';
import { errorMessage, type Logger } from '@antrea-ts/runtime';
import { countByKind, reportDrift } from './flow-drift.js';
import { FlowWaiters, someKey, type KeySet } from './flow-waiters.js';
import { SwitchState } from './switch-state.js';

/** How often installed flows are compared with the desired ones when nothing happens: what others change is back in 30 s. */
const auditIntervalMs = 25_000;
const retryMs = { first: 100, longest: 10_000 };
const notInstalled = 'flows are not installed yet';
const reconnected = 'the switch was reconnected';
/** So many statements of an owner are kept one by one while none is acknowledged; more are put together. */
const statementsApart = 64;

export type FlowOperation = 'add' | 'modify' | 'delete';

/** Counters for metrics. */
export interface DataplaneCounters {
  /** Items of a bundle, which OVS took or refused. */
  applied(operation: FlowOperation, ok: boolean, count: number): void;
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
  readonly #stopped = new AbortController();
  readonly #loop: ReconcileLoop;
  readonly #state = new SwitchState();
  /** What the switch has was read back since it was connected last. */
  #known = false;
  /** How often the switch was connected: an answer from before is worth nothing. */
  #connections = 0;
  readonly #waiters = new FlowWaiters();
  /** What each owner's statements were about, as far as it is not acknowledged. */
  readonly #stated = new Map<string, KeySet[]>();
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
    this.#note(owner, this.#state.set(owner, flows));
  }

  /** Changes some flows of one owner, and leaves its others. The changes must stay as they are. */
  patch(owner: string, changes: FlowChanges<SwitchItem>): void {
    this.#state.patch(owner, changes);
    this.#note(owner, changes.set, changes.removed);
  }

  #note(owner: string, ...keys: readonly KeySet[]): void {
    const stated = [...(this.#stated.get(owner) ?? []), ...keys];
    this.#stated.set(owner, stated.length > statementsApart ? [openOf(stated, this.#isOpen)] : stated);
    this.#loop.trigger();
  }

  /**
   * Resolves when OVS has acknowledged what an owner (or several) stated last, or what everybody did; rejects when it
   * refused part of that. Another owner's trouble is no matter.
   */
  settled({ signal, owner }: { signal: AbortSignal; owner?: string | readonly string[] }): Promise<void> {
    const keys = this.#keysOf(typeof owner === 'string' ? [owner] : owner);
    if (this.#known && !someKey(keys, this.#isOpen)) return Promise.resolve();
    const answered = this.#waiters.wait(keys, signal);
    this.#loop.trigger();
    return answered;
  }

  /** What some owners, or all, stated and may not be acknowledged. */
  #keysOf(owners: readonly string[] | undefined): readonly KeySet[] {
    if (owners === undefined) return [new Set(this.#state.open.keys())];
    return owners.flatMap((owner) => this.#stated.get(owner) ?? []);
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
    this.#known = false;
    this.#connections += 1;
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
    return this.#known && this.#state.open.size === 0;
  }

  get flowCount(): number {
    return [...this.flowCountByTable().values()].reduce((sum, count) => sum + count, 0);
  }

  /** Installed flows per table, for metrics. */
  flowCountByTable(): ReadonlyMap<number, number> {
    return this.#known ? this.#state.countByTable() : new Map();
  }

  /** Who asked for a flow. */
  ownersOf(key: string): readonly string[] {
    return this.#state.ownersOf(key);
  }

  readonly #isOpen = (key: string): boolean => this.#state.open.has(key);

  readonly #ownerOf = (key: string): string => this.#state.ownersOf(key)[0] ?? 'nobody';

  async #pass(signal: AbortSignal): Promise<void> {
    let refused: ReadonlyMap<string, Error>;
    try {
      if (!this.#known) await this.#readBack(signal);
      else if (this.#auditDue) await this.#audit(signal);
      refused = await this.#flush(signal);
    } catch (error) {
      this.#problem ??= errorMessage(error);
      throw error;
    }
    this.#refused = [...refused.keys()];
    // Reconnected meanwhile: what was acknowledged may be gone again.
    if (!this.#known) return;
    this.#problem = undefined;
    this.#waiters.answer(refused, this.#isOpen);
    // Has to be tried again.
    for (const error of refused.values()) throw error;
  }

  /** After a (re)connection nothing is known: everything that differs is open. */
  async #readBack(signal: AbortSignal): Promise<void> {
    const installed = await this.#observe(signal);
    const differences = this.#state.observe(installed);
    this.#known = true;
    this.#scheduleAudit();
    this.#logger.info('Read installed flows', { installed: installed.size, ...countByKind(differences) });
  }

  /** What is not as OVS had acknowledged it was changed by somebody else. */
  async #audit(signal: AbortSignal): Promise<void> {
    const installed = await this.#observe(signal);
    const open = new Set(this.#state.open.keys());
    const drift = this.#state.observe(installed).filter(({ key }) => !open.has(key));
    reportDrift(drift, this.#logger, this.#ownerOf);
    this.#scheduleAudit();
  }

  /** What is there as it should be is given as the desired object: a hundred thousand are not in memory twice. */
  async #observe(signal: AbortSignal): Promise<ReadonlyMap<string, SwitchItem>> {
    const connection = this.#connections;
    const installed = await this.#driver.observe({ signal, expected: (key) => this.#state.desired(key) });
    if (connection !== this.#connections) throw new Error(reconnected);
    return installed;
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

  /** Sends what is open, and gives what was refused. Throws when nothing is known of what became of it. */
  async #flush(signal: AbortSignal): Promise<ReadonlyMap<string, Error>> {
    if (!this.#known) throw new Error(reconnected);
    try {
      return await this.#applyIsolated(this.#state.plan(), signal);
    } finally {
      this.#forgetAcknowledged();
    }
  }

  #forgetAcknowledged(): void {
    if (this.#state.open.size === 0) {
      this.#stated.clear();
      return;
    }
    for (const [owner, sets] of this.#stated) {
      const left = openOf(sets, this.#isOpen);
      if (left.size > 0) this.#stated.set(owner, [left]);
      else this.#stated.delete(owner);
    }
  }

  /**
   * A bundle is taken as a whole or not at all. When it was refused, each owner's part goes by itself: what is wrong
   * with one owner's flows must not keep the others' from the switch.
   */
  async #applyIsolated(plan: Plan<string, SwitchItem>, signal: AbortSignal): Promise<ReadonlyMap<string, Error>> {
    if (isEmptyPlan(plan)) return new Map();
    const failures = await this.#apply(plan, signal);
    const parts = new Map<string, Set<string>>();
    for (const key of failures.keys()) {
      const owner = this.#ownerOf(key);
      parts.set(owner, (parts.get(owner) ?? new Set()).add(key));
    }
    const left = new Map<string, Error>();
    for (const [owner, keys] of parts) {
      const still = parts.size === 1 ? failures : await this.#apply(this.#state.plan(keys), signal);
      for (const [key, error] of still) left.set(key, error);
      const [error] = still.values();
      if (error) this.#logger.error('OVS refused flows', { owner, count: still.size, error });
    }
    return left;
  }

  async #apply(plan: Plan<string, SwitchItem>, signal: AbortSignal): Promise<ReadonlyMap<string, Error>> {
    const startedAt = performance.now();
    const outcomes = await this.#driver.apply(plan, { signal });
    this.#counters?.bundle(performance.now() - startedAt, kindsOf(plan));
    const failures = new Map<string, Error>();
    for (const outcome of outcomes) {
      const { key } = outcome;
      if (!outcome.ok) failures.set(key, outcome.error);
      else this.#state.acknowledge(key, plan.create.get(key) ?? plan.update.get(key)?.desired);
    }
    this.#count(plan, failures);
    return failures;
  }

  #count({ create, update, remove }: Plan<string, SwitchItem>, failures: ReadonlyMap<string, Error>): void {
    const parts = { add: create, modify: update, delete: remove } as const;
    for (const [operation, part] of Object.entries(parts) as [FlowOperation, KeySet & { readonly size: number }][]) {
      const refused = [...failures.keys()].filter((key) => part.has(key)).length;
      if (refused > 0) this.#counters?.applied(operation, false, refused);
      if (part.size > refused) this.#counters?.applied(operation, true, part.size - refused);
    }
  }
}

function openOf(sets: readonly KeySet[], isOpen: (key: string) => boolean): ReadonlySet<string> {
  const open = new Set<string>();
  for (const set of sets) for (const key of set.keys()) if (isOpen(key)) open.add(key);
  return open;
}

function kindsOf({ create, update, remove }: Plan<string, SwitchItem>): FlowOperation[] {
  const kinds: FlowOperation[] = [];
  if (create.size > 0) kinds.push('add');
  if (update.size > 0) kinds.push('modify');
  if (remove.size > 0) kinds.push('delete');
  return kinds;
}
