import type { FlowStats } from '@antrea-ts/openflow';
import { ruleCounterOf } from '@antrea-ts/pipeline';

/** What a rule let through or denied. */
export interface Traffic {
  readonly packets: number;
  readonly bytes: number;
  readonly sessions: number;
}

/** What the switch counted, as of one moment. */
export interface Reading {
  /** Milliseconds since 1970: a reading may outlive the agent that made it. */
  readonly at: number;
  /** Flows that counted something. Undefined: nobody has read what they had counted by then. */
  readonly counters: ReadonlyMap<string, FlowCounter> | undefined;
}

/** One flow of a metric table. */
export interface FlowCounter {
  readonly packets: number;
  readonly bytes: number;
}

interface CountedFlow extends FlowCounter {
  readonly key: string;
  readonly conjunctionId: number;
  readonly countsSessions: boolean;
  readonly ageMs: number;
}

/** Ages are the switch's, times ours: a flow counts as made since the last reading only when it is clearly younger. */
const ageToleranceMs = 1_000;

/** Reads the counters of the metric tables out of their flows. */
export function readCounters(
  flows: readonly FlowStats[],
  at: number,
): Reading & { readonly flows: readonly CountedFlow[] } {
  const counted = flows.flatMap((flow) => (flow.packets > 0n ? (countedFlow(flow) ?? []) : []));
  return { at, flows: counted, counters: new Map(counted.map(({ key, packets, bytes }) => [key, { packets, bytes }])) };
}

/**
 * What each conjunction counted since an earlier reading; never less than nothing. A flow begins at zero again when it
 * was taken away and came back, or the switch was restarted: then all that it counted is new.
 */
export function countedSince(before: Reading, now: ReturnType<typeof readCounters>): Map<number, Traffic> {
  const increments = new Map<number, Traffic>();
  const elapsed = now.at - before.at;
  for (const flow of now.flows) {
    const past = pastOf(flow, before, elapsed);
    const packets = flow.packets - past.packets;
    if (packets <= 0) continue;
    const sum = increments.get(flow.conjunctionId) ?? noTraffic;
    increments.set(
      flow.conjunctionId,
      addTraffic(sum, {
        packets,
        bytes: Math.max(0, flow.bytes - past.bytes),
        sessions: flow.countsSessions ? packets : 0,
      }),
    );
  }
  return increments;
}

const nothing: FlowCounter = { packets: 0, bytes: 0 };
const noTraffic: Traffic = { packets: 0, bytes: 0, sessions: 0 };

/** What of a flow's count is not of the time since. */
function pastOf(flow: CountedFlow, { counters }: Reading, elapsedMs: number): FlowCounter {
  if (flow.ageMs + ageToleranceMs < elapsedMs) return nothing;
  // It was there, and nobody knows what it had counted.
  if (counters === undefined) return flow.ageMs < elapsedMs ? nothing : flow;
  const past = counters.get(flow.key) ?? nothing;
  return past.packets > flow.packets || past.bytes > flow.bytes ? nothing : past;
}

export function addTraffic(a: Traffic, b: Traffic): Traffic {
  return { packets: a.packets + b.packets, bytes: a.bytes + b.bytes, sessions: a.sessions + b.sessions };
}

function countedFlow(flow: FlowStats): CountedFlow | undefined {
  const counter = ruleCounterOf(flow);
  if (counter === undefined) return undefined;
  const { conjunctionId, direction, counts } = counter;
  const family = flow.match.find(({ field }) => field === 'dl_type');
  return {
    key: [conjunctionId, direction, counts, family && 'value' in family ? Number(family.value) : ''].join(),
    conjunctionId,
    countsSessions: counts !== 'packets',
    packets: Number(flow.packets),
    bytes: Number(flow.bytes),
    ageMs: flow.durationSeconds * 1000 + (flow.durationNanoseconds ?? 0) / 1e6,
  };
}
