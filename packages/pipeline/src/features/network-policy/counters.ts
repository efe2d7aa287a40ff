import type { FieldMatch, Flow } from '@antrea-ts/openflow';
import { type RuleDirection, tableIds } from '@antrea-ts/apis';
import { registers } from '../../registers.js';

/** What a flow counts for a rule. */
export interface RuleCounter {
  readonly conjunctionId: number;
  readonly direction: RuleDirection;
  /** First packets of allowed connections (each is a session), their other packets, or denied packets (sessions too). */
  readonly counts: 'sessions' | 'packets' | 'denials';
}

const allOnes = 0xffff_ffffn;

/** The rule that a flow of the metric tables counts for; undefined for other flows. */
export function ruleCounterOf(flow: Flow): RuleCounter | undefined {
  const direction = metricDirections.get(flow.table);
  if (direction === undefined) return undefined;
  const field = (name: string): FieldMatch | undefined =>
    flow.match.find((each): each is FieldMatch => each.field === name);
  const denying = field(registers.denyingConjunction.field);
  if (denying) return { conjunctionId: Number(denying.value), direction, counts: 'denials' };
  const label = field('ct_label');
  if (label === undefined) return undefined;
  const value = BigInt(label.value);
  const conjunctionId = Number((direction === 'In' ? value : value >> 32n) & allOnes);
  const isNew = (Number(field('ct_state')?.value ?? 0) & 1) === 1;
  return { conjunctionId, direction, counts: isNew ? 'sessions' : 'packets' };
}

const metricDirections = new Map<number, RuleDirection>([
  [tableIds.EgressMetric, 'Out'],
  [tableIds.IngressMetric, 'In'],
]);
