import { SessionError, type BatchMessages, type BundleFlags } from '@antrea-ts/openflow';
import type { Outcome } from '@antrea-ts/reconcile';
import type { DataplanePlan } from './dataplane.js';
import type { OpenFlowConnection, OperationContext } from './openflow-connection.js';
import { flowMessages, groupMessages, inOrder, meterMessages, type Planned } from './plan-messages.js';

export interface DataplaneOutcomes {
  readonly flows: readonly Outcome<string>[];
  readonly groups: readonly Outcome<number>[];
  readonly meters: readonly Outcome<number>[];
}

type Key = string | number;
type Outcomes = readonly Outcome<Key>[];

const ATOMIC: BundleFlags = { atomic: true, ordered: true };

/**
 * Brings a bridge from observed to desired. Groups and flows go in one atomic, ordered bundle: groups before the
 * flows that use them, their deletion after the flows'. Meters cannot be in a bundle (Open vSwitch refuses them
 * there), so theirs are added and changed before it and deleted after it.
 *
 * When the switch refuses one item of the bundle, nothing of the bundle has taken effect, and each outcome says so:
 * the refused ones with the switch's reason, the others with the name of a refused one. Throws `SessionError`
 * (`disconnected`, `timeout`), or the signal's reason, when nothing can be said about single items.
 */
export async function applyDataplanePlan(
  connection: OpenFlowConnection,
  plan: Partial<DataplanePlan>,
  options: OperationContext = {},
): Promise<DataplaneOutcomes> {
  const flows = flowMessages(plan.flows ?? emptyPlan());
  const groups = groupMessages(plan.groups ?? emptyPlan());
  const meters = meterMessages(plan.meters ?? emptyPlan());
  const context = { operation: 'program the bridge', ...options };

  const metersBuilt = await attempt(meters.build, (messages) => connection.sendAll(messages, context), 'refused only');
  const bundle = inOrder<Key>(groups.build, flows.build, flows.tearDown, groups.tearDown);
  const bundled = await attempt(
    bundle,
    (messages) => connection.applyBundle(messages, { ...context, flags: ATOMIC }),
    'all',
  );
  const metersGone = bundled.every(({ ok }) => ok)
    ? await attempt(meters.tearDown, (messages) => connection.sendAll(messages, context), 'refused only')
    : held(meters.tearDown, bundled);

  const firstFlow = groups.build.length;
  const afterFlows = firstFlow + flows.build.length + flows.tearDown.length;
  return {
    flows: bundled.slice(firstFlow, afterFlows) as Outcome<string>[],
    groups: [...bundled.slice(0, firstFlow), ...bundled.slice(afterFlows)] as Outcome<number>[],
    meters: [...metersBuilt, ...metersGone] as Outcome<number>[],
  };
}

/** Sends, and tells what became of each item. `blame`: whether a refusal of some makes all of them fail. */
async function attempt(
  planned: Planned<Key>,
  send: (messages: BatchMessages) => Promise<void>,
  blame: 'all' | 'refused only',
): Promise<Outcomes> {
  if (planned.length === 0) return [];
  try {
    await send(planned);
    return planned.keys.map((key) => ({ key, ok: true }));
  } catch (error) {
    if (!(error instanceof SessionError) || error.code !== 'refused') throw error;
    return refusedOutcomes(planned, error, blame);
  }
}

function refusedOutcomes({ keys }: Planned<Key>, error: SessionError, blame: 'all' | 'refused only'): Outcomes {
  const reasons = new Map(error.refusals.map((refusal) => [refusal.index, refusal]));
  return keys.map((key, index) => {
    const refusal = reasons.get(index);
    if (refusal !== undefined) {
      const message = `${refusal.subject}: ${refusal.reason}`;
      return { key, ok: false, error: new SessionError('refused', message, { refusals: [refusal], cause: error }) };
    }
    if (blame === 'refused only') return { key, ok: true };
    return { key, ok: false, error };
  });
}

function held({ keys }: Planned<Key>, because: Outcomes): Outcomes {
  const failed = because.find((outcome) => !outcome.ok);
  return keys.map((key) => (failed === undefined || failed.ok ? { key, ok: true } : { ...failed, key }));
}

/** A plan without anything. */
export function emptyPlan<K, V>(): {
  create: Map<K, V>;
  update: Map<K, { observed: V; desired: V }>;
  remove: Map<K, V>;
} {
  return { create: new Map(), update: new Map(), remove: new Map() };
}
