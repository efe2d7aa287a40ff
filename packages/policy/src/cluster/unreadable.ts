/** Something in a policy that cannot be read, and what became of it. */
export interface PolicyProblem {
  /** Names the field, what is wrong with it, and what holds until it is corrected. */
  readonly text: string;
  /**
   * `leftOut`: it selects nothing. `widened`: it stands for everything that it could have meant, as in rules that deny:
   * nothing passes because nobody could read what was to be denied.
   */
  readonly effect: 'leftOut' | 'widened';
}

const noProblems: readonly PolicyProblem[] = [];

/** A problem that selects nothing; `holds` says what holds meanwhile. */
export function leftOut(problem: string, holds: string): PolicyProblem {
  return { text: `${problem}: until corrected, ${holds}`, effect: 'leftOut' };
}

/** A problem that selects more than was meant. */
export function widened(problem: string, holds: string): PolicyProblem {
  return { text: `${problem}: until corrected, ${holds}`, effect: 'widened' };
}

/**
 * Collects the parts of a rule that cannot be read. Of a rule that allows they are nothing, of one that denies
 * everything that they could be.
 */
export class UnreadableParts {
  readonly widen: boolean;
  #problems: PolicyProblem[] | undefined;

  constructor({ denies }: { readonly denies: boolean }) {
    this.widen = denies;
  }

  get problems(): readonly PolicyProblem[] {
    return this.#problems ?? noProblems;
  }

  /** Tells of a part; `denied` says what a rule that denies denies in its place. */
  tell(problem: string, denied: string): void {
    this.#problems ??= [];
    this.#problems.push(
      this.widen ? widened(problem, `the rule denies ${denied}`) : leftOut(problem, 'it allows nothing'),
    );
  }
}

const mostShown = 60;

/** A value from an object for a message: short, whatever it is, and on one line. */
export function show(value: unknown): string {
  // What is in them may be very deep.
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  const text = String(value);
  const line = text.slice(0, mostShown).replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ');
  return text.length > mostShown ? `${line}…` : line;
}
