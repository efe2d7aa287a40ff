import { isGroup, type SwitchItem } from '@antrea-ts/openflow';
import { sameItem } from '@antrea-ts/ovs';
import { FlowOwners, type FlowChanges } from '@antrea-ts/pipeline';
import type { Plan } from '@antrea-ts/reconcile';
import type { KeySet } from './flow-waiters.js';

/** How an installed flow or group differs from what is desired. */
export interface Difference {
  readonly kind: 'missing' | 'altered' | 'unwanted';
  readonly key: string;
  /** Desired, or where it is unwanted, found. */
  readonly flow: SwitchItem;
  /** Of what is altered. */
  readonly found?: SwitchItem;
}

/**
 * What the switch shall have and, as far as it acknowledged, has. Kept as what is desired and where the switch differs
 * from it: of a hundred thousand flows that are as they should be there is one map, not one of each.
 */
export class SwitchState {
  readonly #owners = new FlowOwners<SwitchItem>();
  /** Keys under which the switch may have something else than is desired, with what it has there. */
  readonly #open = new Map<string, SwitchItem | undefined>();

  /** States all of one owner. Gives the keys that it had or has. */
  set(owner: string, items: readonly SwitchItem[]): KeySet {
    return this.#owners.set(owner, items, this.#stated);
  }

  /** Changes some of one owner. */
  patch(owner: string, changes: FlowChanges<SwitchItem>): void {
    this.#owners.patch(owner, changes, this.#stated);
  }

  /** A key that is open already keeps what the switch was known to have there. */
  readonly #stated = (key: string, before: SwitchItem | undefined, now: SwitchItem | undefined): void => {
    if (before !== now && !this.#open.has(key)) this.#open.set(key, before);
  };

  /** Keys that are not known to be as desired. */
  get open(): ReadonlyMap<string, unknown> {
    return this.#open;
  }

  desired(key: string): SwitchItem | undefined {
    return this.#owners.flow(key);
  }

  ownersOf(key: string): readonly string[] {
    return this.#owners.ownersOf(key);
  }

  /** What to change under open keys, all or some; keys that turn out to be as desired are open no more. */
  plan(keys: Iterable<string> = this.#open.keys()): Plan<string, SwitchItem> {
    const create = new Map<string, SwitchItem>();
    const update = new Map<string, { readonly observed: SwitchItem; readonly desired: SwitchItem }>();
    const remove = new Map<string, SwitchItem>();
    for (const key of keys) {
      const desired = this.#owners.flow(key);
      const observed = this.#open.get(key);
      if (same(desired, observed)) this.#open.delete(key);
      else if (desired === undefined) remove.set(key, observed!);
      else if (observed === undefined) create.set(key, desired);
      else update.set(key, { observed, desired });
    }
    return { create, update, remove };
  }

  /** The switch did what a plan said of a key. Something else may be desired by now. */
  acknowledge(key: string, installed: SwitchItem | undefined): void {
    if (this.#owners.flow(key) === installed) this.#open.delete(key);
    else this.#open.set(key, installed);
  }

  /** All that the switch has was read back: every key is open that differs, and no other. */
  observe(installed: ReadonlyMap<string, SwitchItem>): Difference[] {
    this.#open.clear();
    const differences: Difference[] = [];
    for (const [key, flow] of this.#owners.entries()) {
      const found = installed.get(key);
      if (same(flow, found)) continue;
      this.#open.set(key, found);
      differences.push(found ? { kind: 'altered', key, flow, found } : { kind: 'missing', key, flow });
    }
    for (const [key, flow] of installed) {
      if (this.#owners.flow(key)) continue;
      this.#open.set(key, flow);
      differences.push({ kind: 'unwanted', key, flow });
    }
    return differences;
  }

  /** Flows per table that the switch has. */
  countByTable(): Map<number, number> {
    const counts = new Map<number, number>();
    const count = (item: SwitchItem | undefined): void => {
      if (item && !isGroup(item)) counts.set(item.table, (counts.get(item.table) ?? 0) + 1);
    };
    for (const [key, item] of this.#owners.entries()) if (!this.#open.has(key)) count(item);
    for (const item of this.#open.values()) count(item);
    return counts;
  }
}

function same(a: SwitchItem | undefined, b: SwitchItem | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && sameItem(a, b));
}
