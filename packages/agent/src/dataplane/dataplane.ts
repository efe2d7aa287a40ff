import { formatFlow, sameFlow, type Flow } from '@antrea-ts/openflow';
import { FlowOwners } from '@antrea-ts/pipeline';
import type { Driver, Plan } from '@antrea-ts/reconcile';
import type { Logger } from '@antrea-ts/runtime';

/** How often installed flows are compared with the desired ones when nothing happens. */
const auditIntervalMs = 30_000;
const retryDelayMs = { first: 100, most: 10_000 };

interface Waiter {
  readonly keys: ReadonlySet<string>;
  resolve(): void;
  reject(error: Error): void;
}

/** What a comparison of installed and desired flows came to. */
export interface AuditResult {
  readonly missing: number;
  readonly altered: number;
  readonly unwanted: number;
}

/** Counters for metrics. */
export interface DataplaneCounters {
  /** Called for each item of a bundle that OVS took or refused. */
  applied(operation: 'add' | 'modify' | 'delete', ok: boolean): void;
  bundle(milliseconds: number): void;
}

/**
 * Keeps the flows of the bridge equal to what their owners desire.
 *
 * Owners state their flows at any time (`set`); changes are collected while a bundle is on its way and leave
 * together in the next one. After every (re)connection the installed flows are read back first, and only what
 * differs is sent: an agent that was restarted sends nothing when nothing changed.
 *
 * Nothing is sent before `start`: until every owner that outlived the agent has spoken, an installed flow that
 * nobody desires may still be wanted.
 */
export class Dataplane {
  readonly #driver: Driver<string, Flow>;
  readonly #logger: Logger;
  readonly #counters: DataplaneCounters | undefined;
  readonly #owners = new FlowOwners();
  readonly #stopped = new AbortController();

  /** What OVS acknowledged; undefined while it is not known. */
  #installed: Map<string, Flow> | undefined;
  #pending = new Set<string>();
  #waiters = new Set<Waiter>();
  #wake: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #observedOnce = false;

  constructor(modules: {
    readonly driver: Driver<string, Flow>;
    readonly logger: Logger;
    readonly counters?: DataplaneCounters;
  }) {
    this.#driver = modules.driver;
    this.#logger = modules.logger;
    this.#counters = modules.counters;
  }

  /** States all flows of one owner; an empty list removes it. Takes effect soon; `settled` tells when. */
  set(owner: string, flows: readonly Flow[]): void {
    const { set, removed } = this.#owners.set(owner, flows);
    for (const key of set.keys()) this.#pending.add(key);
    for (const key of removed) this.#pending.add(key);
    this.#wake?.();
  }

  /** Resolves when OVS has acknowledged everything stated so far; rejects when it refused part of it. */
  settled({ signal }: { signal: AbortSignal }): Promise<void> {
    if (this.#installed !== undefined && this.#pending.size === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        keys: new Set(this.#pending),
        resolve: () => end(resolve),
        reject: (error) => end(() => reject(error)),
      };
      const onAbort = (): void => waiter.reject(signal.reason as Error);
      const end = (then: () => void): void => {
        this.#waiters.delete(waiter);
        signal.removeEventListener('abort', onAbort);
        then();
      };
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiters.add(waiter);
      this.#wake?.();
    });
  }

  /** Every owner has spoken: from now on the bridge is made to follow. */
  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped.abort(new Error('the agent is stopping'));
    this.#wake?.();
    await this.#running;
  }

  /** The switch was reconnected, and may have been restarted: what is installed has to be read anew. */
  switchConnected(): void {
    this.#installed = undefined;
    this.#wake?.();
  }

  /** True when OVS has acknowledged everything that is desired. */
  get inSync(): boolean {
    return this.#installed !== undefined && this.#pending.size === 0;
  }

  get flowCount(): number {
    return this.#installed?.size ?? 0;
  }

  /** Installed flows per table, for metrics. */
  flowCountByTable(): ReadonlyMap<number, number> {
    const counts = new Map<number, number>();
    for (const { table } of this.#installed?.values() ?? []) counts.set(table, (counts.get(table) ?? 0) + 1);
    return counts;
  }

  /** Who asked for a flow. */
  ownersOf(key: string): readonly string[] {
    return this.#owners.ownersOf(key);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    let delay = retryDelayMs.first;
    while (!signal.aborted) {
      try {
        if (this.#installed === undefined) await this.#observe(signal);
        if (await this.#flush(signal)) {
          delay = retryDelayMs.first;
          if (await this.#sleep(auditIntervalMs)) continue;
          await this.#observe(signal);
          continue;
        }
      } catch (error) {
        if (signal.aborted) break;
        this.#logger.debug('Flows not applied, will be tried again', { error });
      }
      await this.#sleep(delay);
      delay = Math.min(delay * 2, retryDelayMs.most);
    }
    for (const waiter of this.#waiters) waiter.reject(signal.reason as Error);
  }

  /** Reads the bridge back, and marks what differs from the desired flows. */
  async #observe(signal: AbortSignal): Promise<void> {
    const before = this.#installed;
    const installed = new Map(await this.#driver.observe({ signal }));
    // A change that is on its way while the dump is read shows as pending, not as drift.
    const desired = this.#owners.flows();
    const counts = { missing: 0, altered: 0, unwanted: 0 };
    const report = before !== undefined;
    for (const [key, flow] of desired) {
      const found = installed.get(key);
      if (found !== undefined && sameFlow(found, flow)) continue;
      if (!this.#pending.has(key)) counts[found ? 'altered' : 'missing'] += 1;
      if (report && !this.#pending.has(key)) this.#reportDrift(found ? 'altered' : 'missing', key, flow, found);
      this.#pending.add(key);
    }
    for (const [key, flow] of installed) {
      if (desired.has(key)) continue;
      if (!this.#pending.has(key)) counts.unwanted += 1;
      if (report && !this.#pending.has(key)) this.#reportDrift('unwanted', key, flow, flow);
      this.#pending.add(key);
    }
    this.#installed = installed;
    if (!report) {
      this.#logger.info(this.#observedOnce ? 'Read flows after reconnection' : 'Read installed flows', {
        installed: installed.size,
        desired: desired.size,
        ...counts,
      });
      this.#observedOnce = true;
    }
  }

  #reportDrift(what: 'missing' | 'altered' | 'unwanted', key: string, flow: Flow, found: Flow | undefined): void {
    this.#logger.warn('Repairing a flow that was changed from outside', {
      what,
      flow: formatFlow(flow),
      ...(what === 'altered' && found ? { found: formatFlow(found) } : {}),
      owner: this.#owners.ownersOf(key)[0],
    });
  }

  /** Sends what is pending in one bundle. False when something has to be tried again. */
  async #flush(signal: AbortSignal): Promise<boolean> {
    const keys = this.#pending;
    this.#pending = new Set();
    const installed = this.#installed;
    if (installed === undefined) {
      this.#pending = union(keys, this.#pending);
      return false;
    }
    try {
      const plan = this.#plan(keys, installed);
      const failures = plan ? await this.#apply(plan, installed, signal) : new Map<string, Error>();
      for (const key of failures.keys()) this.#pending.add(key);
      this.#answer(failures);
      return failures.size === 0;
    } catch (error) {
      this.#pending = union(keys, this.#pending);
      throw error;
    }
  }

  #plan(keys: ReadonlySet<string>, installed: ReadonlyMap<string, Flow>): Plan<string, Flow> | undefined {
    const create = new Map<string, Flow>();
    const update = new Map<string, { observed: Flow; desired: Flow }>();
    const remove = new Map<string, Flow>();
    for (const key of keys) {
      const desired = this.#owners.flow(key);
      const observed = installed.get(key);
      if (desired === undefined) {
        if (observed !== undefined) remove.set(key, observed);
      } else if (observed === undefined) create.set(key, desired);
      else if (!sameFlow(observed, desired)) update.set(key, { observed, desired });
    }
    return create.size + update.size + remove.size === 0 ? undefined : { create, update, remove };
  }

  async #apply(
    plan: Plan<string, Flow>,
    installed: Map<string, Flow>,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Error>> {
    const startedAt = performance.now();
    const outcomes = await this.#driver.apply(plan, { signal });
    this.#counters?.bundle(performance.now() - startedAt);
    const failures = new Map<string, Error>();
    for (const outcome of outcomes) {
      const { key } = outcome;
      const operation = plan.create.has(key) ? 'add' : plan.update.has(key) ? 'modify' : 'delete';
      this.#counters?.applied(operation, outcome.ok);
      if (!outcome.ok) {
        failures.set(key, outcome.error);
        continue;
      }
      const flow = plan.create.get(key) ?? plan.update.get(key)?.desired;
      if (flow) installed.set(key, flow);
      else installed.delete(key);
    }
    if (failures.size > 0) {
      const [key, error] = [...failures][0] as [string, Error];
      this.#logger.error('OVS refused flows', { count: failures.size, owner: this.ownersOf(key)[0], error });
    }
    return failures;
  }

  /** Tells those who wait what became of the keys they wait for. */
  #answer(failures: ReadonlyMap<string, Error>): void {
    for (const waiter of this.#waiters) {
      const failed = [...failures].find(([key]) => waiter.keys.has(key));
      if (failed) waiter.reject(failed[1]);
      else if (![...waiter.keys].some((key) => this.#pending.has(key))) waiter.resolve();
    }
  }

  /** Waits for something to do. True when there is, false when the time has passed. */
  #sleep(ms: number): Promise<boolean> {
    if (this.#stopped.signal.aborted || (this.#pending.size > 0 && ms === auditIntervalMs))
      return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(() => done(false), ms);
      const done = (woken: boolean): void => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve(woken);
      };
      this.#wake = () => done(true);
    });
  }
}

function union<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): Set<T> {
  return new Set([...a, ...b]);
}
