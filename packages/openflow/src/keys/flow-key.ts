import { writeInstructions } from '../codec/instruction.js';
import type { Flow } from '../model/action.js';
import { WireWriter } from '../wire/writer.js';
import { KeyText } from './key-text.js';
import { addMatch, matchKey } from './match-key.js';

/**
 * What identifies a flow on a switch: table, priority and match. Adding an equal one replaces the other. Text for maps,
 * not for people: see `matchKey`.
 */
export function flowKey({ table, priority, match }: Flow): string {
  startKey(table, priority);
  addMatch(scratch, match);
  return scratch.finish();
}

/** `flowKey` where the match's key is known. */
export function keyInTable(table: number, priority: number, keyOfMatch: string): string {
  startKey(table, priority);
  scratch.text(keyOfMatch);
  return scratch.finish();
}

const scratch = new KeyText();

function startKey(table: number, priority: number): void {
  scratch.reset();
  scratch.unit(table);
  scratch.value(priority, 2);
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
