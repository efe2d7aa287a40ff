import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import { createModelMachine, type ModelMachine } from './machine.js';

/** A machine that several processes share: kept in a file, read before and written after each use. */
export class MachineFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  update<T>(use: (machine: ModelMachine) => T): T {
    const machine = existsSync(this.#path)
      ? (deserialize(readFileSync(this.#path)) as ModelMachine)
      : createModelMachine();
    try {
      return use(machine);
    } finally {
      writeFileSync(`${this.#path}.new`, serialize(machine));
      renameSync(`${this.#path}.new`, this.#path);
    }
  }
}
