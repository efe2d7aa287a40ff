import type { Flow } from '@antrea-ts/openflow';
import { ruleCounterOf } from './counters.js';

/** The conjunctions that a flow belongs to: of which it is a clause, whose action it is, or whose packets it counts. */
export function conjunctionsIn(flow: Flow): number[] {
  const ids: number[] = [];
  for (const match of flow.match) if (match.field === 'conj_id' && 'value' in match) ids.push(Number(match.value));
  for (const instruction of flow.instructions) {
    if (instruction.kind !== 'apply_actions') continue;
    for (const action of instruction.actions) if (action.kind === 'conjunction') ids.push(action.id);
  }
  const counted = ruleCounterOf(flow);
  if (counted) ids.push(counted.conjunctionId);
  return ids;
}
