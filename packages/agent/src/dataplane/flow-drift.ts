import { formatFlow, formatGroup, isGroup, type SwitchItem } from '@antrea-ts/openflow';
import type { Logger } from '@antrea-ts/runtime';
import type { Difference } from './switch-state.js';

/** How many flows that others changed are told of one by one, each time. */
const toldAtMost = 20;

/** Tells of flows that somebody else changed: each by itself, unless somebody removed them wholesale. */
export function reportDrift(drift: readonly Difference[], logger: Logger, ownerOf: (key: string) => string): void {
  for (const { kind, key, flow, found } of drift.slice(0, toldAtMost)) {
    logger.warn('Repairing a flow that was changed from outside', {
      what: kind,
      [isGroup(flow) ? 'group' : 'flow']: textOf(flow),
      ...(found ? { found: textOf(found) } : {}),
      owner: ownerOf(key),
    });
  }
  const rest = drift.slice(toldAtMost);
  if (rest.length > 0) logger.warn('Repairing more flows that were changed from outside', countByKind(rest));
}

export function countByKind(differences: readonly Difference[]): Record<Difference['kind'], number> {
  const counts = { missing: 0, altered: 0, unwanted: 0 };
  for (const { kind } of differences) counts[kind] += 1;
  return counts;
}

function textOf(item: SwitchItem): string {
  return isGroup(item) ? formatGroup(item) : formatFlow(item);
}
