import type { AnyRow, Uuid, Value } from './value.js';

/**
 * Finds rows by the value of one column. A value may stand in two rows for a moment: within one update, a row that
 * takes over a name can come before the row that gives it up.
 */
export class RowIndex {
  readonly #column: string;
  readonly #rows = new Map<Value, Uuid[]>();

  constructor(column: string) {
    this.#column = column;
  }

  get(value: Value): Uuid | undefined {
    return this.#rows.get(value)?.at(-1);
  }

  /** Takes a row's change into account; `undefined` stands for no row. */
  replace(old: AnyRow | undefined, row: AnyRow | undefined): void {
    if (old !== undefined) this.#remove(this.#valueOf(old), old._uuid);
    if (row !== undefined) this.#add(this.#valueOf(row), row._uuid);
  }

  #add(value: Value, uuid: Uuid): void {
    this.#rows.set(value, [...(this.#rows.get(value) ?? []), uuid]);
  }

  #remove(value: Value, uuid: Uuid): void {
    const rest = (this.#rows.get(value) ?? []).filter((other) => other !== uuid);
    if (rest.length === 0) this.#rows.delete(value);
    else this.#rows.set(value, rest);
  }

  #valueOf(row: AnyRow): Value {
    return (row as unknown as Readonly<Record<string, Value>>)[this.#column];
  }
}
