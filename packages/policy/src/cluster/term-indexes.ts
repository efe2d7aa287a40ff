import { SmallSet } from './small-set.js';

/** So few are asked one by one: an index of them would cost more than it saves. */
const maxScanned = 16;

/** Things with labels, found by the terms of a selector. The index is made when it is needed first: most never are. */
export class LabelledIndex<T extends { readonly terms: readonly string[] }> extends SmallSet<T> {
  #byTerm: Map<string, SmallSet<T>> | undefined = undefined;

  override add(thing: T): boolean {
    const isNew = super.add(thing);
    if (isNew && this.#byTerm) addTerms(this.#byTerm, thing.terms, thing);
    return isNew;
  }

  override delete(thing: T): boolean {
    const wasThere = super.delete(thing);
    if (wasThere && this.#byTerm) removeTerms(this.#byTerm, thing.terms, thing);
    return wasThere;
  }

  /** All that may be selected, each once: a selector's terms exclude each other. More may be given than is selected. */
  eachCandidate({ terms }: { readonly terms: readonly string[] | undefined }, take: (thing: T) => void): void {
    if (!terms || this.size <= maxScanned) {
      this.forEach(take);
      return;
    }
    this.#byTerm ??= indexed(this, ofLabels);
    for (const term of terms) this.#byTerm.get(term)?.forEach(take);
  }
}

interface WithSelector {
  readonly terms: readonly string[] | undefined;
}

/** Under this are selectors without terms; labels have no such term. */
const anything: readonly string[] = ['\0'];

/** Things with a selector, found by the terms of labels; those without terms may select anything. */
export class SelectorIndex<T extends WithSelector> extends SmallSet<T> {
  #byTerm: Map<string, SmallSet<T>> | undefined = undefined;

  override add(thing: T): boolean {
    const isNew = super.add(thing);
    if (isNew && this.#byTerm) addTerms(this.#byTerm, ofSelector(thing), thing);
    return isNew;
  }

  override delete(thing: T): boolean {
    const wasThere = super.delete(thing);
    if (wasThere && this.#byTerm) removeTerms(this.#byTerm, ofSelector(thing), thing);
    return wasThere;
  }

  /** All that may select these labels, each once. More may be given than do. */
  eachCandidate(labelled: { readonly terms: readonly string[] }, take: (thing: T) => void): void {
    if (this.size <= maxScanned) {
      this.forEach(take);
      return;
    }
    this.#byTerm ??= indexed(this, ofSelector);
    for (const term of anything) this.#byTerm.get(term)?.forEach(take);
    for (const term of labelled.terms) this.#byTerm.get(term)?.forEach(take);
  }
}

function ofLabels({ terms }: { readonly terms: readonly string[] }): readonly string[] {
  return terms;
}

function ofSelector({ terms }: WithSelector): readonly string[] {
  return terms ?? anything;
}

function indexed<T extends object>(things: SmallSet<T>, termsOf: (thing: T) => readonly string[]) {
  const byTerm = new Map<string, SmallSet<T>>();
  things.forEach((thing) => addTerms(byTerm, termsOf(thing), thing));
  return byTerm;
}

function addTerms<T extends object>(byTerm: Map<string, SmallSet<T>>, terms: readonly string[], thing: T): void {
  for (const term of terms) {
    const things = byTerm.get(term);
    if (things) things.add(thing);
    else {
      const first = new SmallSet<T>();
      first.add(thing);
      byTerm.set(term, first);
    }
  }
}

function removeTerms<T extends object>(byTerm: Map<string, SmallSet<T>>, terms: readonly string[], thing: T): void {
  for (const term of terms) {
    const things = byTerm.get(term);
    if (things?.delete(thing) && things.size === 0) byTerm.delete(term);
  }
}
