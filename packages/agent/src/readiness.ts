/** Whether one part of the agent does its work: undefined, or why not. */
export type Check = () => string | undefined;

/** The parts of the agent that together make the Node ready, each with its reason when it is not. */
export class Readiness {
  readonly #checks = new Map<string, Check>();

  set(name: string, check: Check): void {
    this.#checks.set(name, check);
  }

  /** Every check with its verdict; `undefined` is good. */
  verdicts(): ReadonlyMap<string, string | undefined> {
    return new Map([...this.#checks].map(([name, check]) => [name, check()]));
  }

  get problems(): string[] {
    return [...this.verdicts()].flatMap(([name, problem]) => (problem === undefined ? [] : [`${name}: ${problem}`]));
  }
}
