import type { Flow } from '../model/action.js';
import type { Group } from '../model/message.js';
import { flowKey } from './flow-key.js';

/** What a switch is programmed with in bundles. */
export type SwitchItem = Flow | Group;

export function isGroup(item: SwitchItem): item is Group {
  return 'groupType' in item;
}

/** Equal for items that cannot be on a switch side by side: flows of one table, priority and match; groups of one id. */
export function itemKey(item: SwitchItem): string {
  return isGroup(item) ? groupKey(item.group) : flowKey(item);
}

/** The key of a group. No flow's is like it: those have no letter above 255. */
export function groupKey(id: number): string {
  return `\u2192group ${id}`;
}
