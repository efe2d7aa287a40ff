import type { FieldMatch, Flow } from '@antrea-ts/openflow';
import { parseCookie } from '../../cookie.js';

/** What installed flows tell about the rules that they were made for, by the rules' hashes. */
export interface RecoveredRules {
  /** Conjunction ids. */
  readonly ids: ReadonlyMap<number, readonly number[]>;
  /** Priority of the action flow, by conjunction id. */
  readonly priorities: ReadonlyMap<number, number>;
}

export const nothingRecovered: RecoveredRules = { ids: new Map(), priorities: new Map() };

/**
 * Reads conjunction ids and priorities back from a switch, so that an agent which was restarted asks for the same
 * flows. Ids of flows whose cookie tells no rule are listed under hash 0, which no rule has: nobody gets them.
 */
export function recoverRules(installed: Iterable<Flow>): RecoveredRules {
  const ids = new Map<number, Set<number>>();
  const priorities = new Map<number, number>();
  for (const flow of installed) {
    const id = conjunctionOf(flow);
    if (id === undefined) continue;
    const { category, object } = parseCookie(flow.cookie);
    const hash = category === 'Policy' ? object : 0;
    const known = ids.get(hash) ?? new Set();
    ids.set(hash, known.add(id));
    priorities.set(id, flow.priority);
  }
  return { ids: new Map([...ids].map(([hash, set]) => [hash, [...set]])), priorities };
}

function conjunctionOf({ match }: Flow): number | undefined {
  const entry = match.find((each): each is FieldMatch => each.field === 'conj_id');
  return entry === undefined ? undefined : Number(entry.value);
}
