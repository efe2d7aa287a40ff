import { resource, type KubeClient } from '@antrea-ts/kube';
import type { FlowStats } from '@antrea-ts/openflow';
import type { RuleText } from '@antrea-ts/policy';
import { ReconcileLoop, type Clock } from '@antrea-ts/reconcile';
import type { Logger } from '@antrea-ts/runtime';
import { countedSince, readCounters, type Reading } from './flow-counters.js';
import { PolicyTraffic, type NodeSummary } from './policy-traffic.js';

/** As 1.3. */
const reportEveryMs = 60_000;
const retryMs = { first: 5_000, longest: reportEveryMs };
/** Counters are read before rules go, but not more often. */
const leastBetweenReadingsMs = 1_000;

const nodeStatsSummaries = resource<NodeSummary>({
  group: 'controlplane.antrea.io',
  version: 'v1beta2',
  plural: 'nodestatssummaries',
  kind: 'NodeStatsSummary',
  namespaced: false,
});

/** Keeps one reading, so that the next agent reports what was counted while there was none. */
export interface ReadingStore {
  /** Undefined where there is none that can be used: statistics may be lost, nothing else. */
  read(): Promise<Reading | undefined>;
  write(reading: Reading): Promise<void>;
}

interface Modules {
  readonly nodeName: string;
  /** Keeps the reading that was reported last. */
  readonly store: ReadingStore;
  readonly client: () => KubeClient | undefined;
  /** Flows of the metric tables, with their counters. */
  readonly dump: (options: { readonly signal: AbortSignal }) => Promise<readonly FlowStats[]>;
  /** The rule of a conjunction, also for a while after it is gone. */
  readonly ruleOf: (conjunctionId: number) => Pick<RuleText, 'policy' | 'name'> | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly wallClock?: () => number;
}

/**
 * Statistics of policies: reads what the switch counts for their rules, and reports to the controller what came since
 * the last report. What could not be reported is not lost, and neither is what is counted while no agent runs.
 */
export class StatsReporter {
  readonly #modules: Modules;
  readonly #wallClock: () => number;
  readonly #stopped = new AbortController();
  readonly #loop: ReconcileLoop;
  #last: Reading | undefined;
  #pending = new PolicyTraffic();
  #reading: Promise<void> = Promise.resolve();
  #lastRead = Number.NEGATIVE_INFINITY;

  constructor(modules: Modules) {
    this.#modules = modules;
    this.#wallClock = modules.wallClock ?? Date.now;
    this.#loop = new ReconcileLoop({
      clock: modules.clock,
      intervalMs: reportEveryMs,
      retryMs,
      signal: this.#stopped.signal,
      pass: ({ signal }) => this.#report(signal),
      onError: (error) => modules.logger.debug('Could not report statistics of policies, will try again', { error }),
    });
  }

  async start(): Promise<void> {
    this.#last = (await this.#modules.store.read()) ?? { at: this.#wallClock(), counters: undefined };
    this.#loop.start();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#loop.ended();
    await this.#reading;
  }

  /** Flows of rules are about to be taken away, with what they counted: the switch is asked for it before. */
  rulesGo(): void {
    if (this.#modules.clock.now() - this.#lastRead < leastBetweenReadingsMs) return;
    void this.#read(this.#stopped.signal).catch((error: unknown) => {
      this.#modules.logger.debug('Could not read the counters of rules that go', { error });
    });
  }

  async #report(signal: AbortSignal): Promise<void> {
    const isFirst = this.#last?.counters === undefined;
    await this.#read(signal);
    const reading = this.#last;
    const hasReported = await this.#send(signal);
    if (reading && (hasReported || isFirst)) await this.#modules.store.write(reading);
  }

  async #send(signal: AbortSignal): Promise<boolean> {
    const traffic = this.#pending;
    const summary = traffic.summary(this.#modules.nodeName);
    if (summary === undefined) return false;
    const controller = this.#modules.client();
    if (!controller) throw new Error('the controller cannot be reached');
    this.#pending = new PolicyTraffic();
    try {
      await controller.create(nodeStatsSummaries, summary, { signal });
      return true;
    } catch (error) {
      this.#pending.addAll(traffic);
      throw error;
    }
  }

  /** One after the other: each reading adds what came since the one before. The request itself is sent at once. */
  #read(signal: AbortSignal): Promise<void> {
    const at = this.#wallClock();
    this.#lastRead = this.#modules.clock.now();
    const flows = this.#modules.dump({ signal });
    const taken = Promise.all([flows, this.#reading]).then(([answer]) => this.#take(answer, at));
    this.#reading = taken.catch(() => undefined);
    return taken;
  }

  #take(flows: readonly FlowStats[], at: number): void {
    const now = readCounters(flows, at);
    for (const [id, traffic] of countedSince(this.#last ?? { at, counters: undefined }, now)) {
      const rule = this.#modules.ruleOf(id);
      if (rule) this.#pending.add(rule, traffic);
    }
    this.#last = { at, counters: now.counters };
  }
}
