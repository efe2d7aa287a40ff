import { writeInstructions } from '../codec/instruction.js';
import type { Flow } from '../model/action.js';
import { WireWriter } from '../wire/writer.js';
import { matchKey } from './match-key.js';

/** What identifies a flow on a switch: table, priority and match. Adding an equal one replaces the other. */
export function flowKey({ table, priority, match }: Flow): string {
  return `${table}/${priority}/${matchKey(match)}`;
}

const left = new WireWriter(1024);
const right = new WireWriter(1024);

/**
 * Whether the switch would report both as the same flow: equal key, cookie, timeouts, flags and instructions, with
 * order and spelling that do not matter set aside. Counters do not count.
 */
export function sameFlow(a: Flow, b: Flow): boolean {
  return (
    a.table === b.table && a.priority === b.priority && sameUnderKey(a, b) && matchKey(a.match) === matchKey(b.match)
  );
}

/** `sameFlow` of two that have one key: comparing the matches again would take most of the time. */
export function sameUnderKey(a: Flow, b: Flow): boolean {
  return (
    a.cookie === b.cookie &&
    (a.idleTimeout ?? 0) === (b.idleTimeout ?? 0) &&
    (a.hardTimeout ?? 0) === (b.hardTimeout ?? 0) &&
    (a.flags ?? 0) === (b.flags ?? 0) &&
    sameInstructions(a, b)
  );
}

/** Instructions are equal when their bytes are; the encoder knows every equivalence already. */
function sameInstructions(a: Flow, b: Flow): boolean {
  if (a.instructions === b.instructions) return true;
  left.reset();
  right.reset();
  writeInstructions(left, a.instructions);
  writeInstructions(right, b.instructions);
  return left.equals(right);
}
