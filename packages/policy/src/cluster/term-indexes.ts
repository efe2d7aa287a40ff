import { SmallSet } from './small-set.js';

/** So few are asked one by one: an index of them would cost more than it saves. */
const maxScanned = 16;

/** Things with labels, found by the terms of a selector. */
export class LabelledIndex<T extends { readonly terms: readonly string[] }> {
  readonly #all = new SmallSet<T>();
  #byTerm: Map<string, SmallSet<T>> | undefined;

  get size(): number {
    return this.#all.size;
  }

  add(thing: T): void {
    if (!this.#all.add(thing)) return;
    if (this.#byTerm) addTerms(this.#byTerm, thing.terms, thing);
    else if (this.#all.size > maxScanned) {
      this.#byTerm = new Map();
      for (const each of this.#all) addTerms(this.#byTerm, each.terms, each);
    }
  }

  delete(thing: T): void {
    if (this.#all.delete(thing) && this.#byTerm) removeTerms(this.#byTerm, thing.terms, thing);
  }

  /** All that may be selected, each once: a selector's terms exclude each other. More may be given than is selected. */
  eachCandidate(terms: readonly string[] | undefined, take: (thing: T) => void): void {
    if (!terms || !this.#byTerm) this.#all.forEach(take);
    else for (const term of terms) this.#byTerm.get(term)?.forEach(take);
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#all[Symbol.iterator]();
  }
}

/** Under this are selectors without terms; labels have no such term. */
const anything: readonly string[] = ['\0'];

/** Things with a selector, found by the terms of labels; those without terms may select anything. */
export class SelectorIndex<T extends { readonly terms: readonly string[] | undefined }> {
  readonly #all = new SmallSet<T>();
  #byTerm: Map<string, SmallSet<T>> | undefined;

  get size(): number {
    return this.#all.size;
  }

  add(thing: T): void {
    if (!this.#all.add(thing)) return;
    if (this.#byTerm) addTerms(this.#byTerm, thing.terms ?? anything, thing);
    else if (this.#all.size > maxScanned) {
      this.#byTerm = new Map();
      for (const each of this.#all) addTerms(this.#byTerm, each.terms ?? anything, each);
    }
  }

  delete(thing: T): void {
    if (this.#all.delete(thing) && this.#byTerm) removeTerms(this.#byTerm, thing.terms ?? anything, thing);
  }

  /** All that may select labels of these terms, each once. More may be given than do. */
  eachCandidate(terms: readonly string[], take: (thing: T) => void): void {
    if (!this.#byTerm) {
      this.#all.forEach(take);
      return;
    }
    for (const term of anything) this.#byTerm.get(term)?.forEach(take);
    for (const term of terms) this.#byTerm.get(term)?.forEach(take);
  }
}

function addTerms<T>(byTerm: Map<string, SmallSet<T>>, terms: readonly string[], thing: T): void {
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

function removeTerms<T>(byTerm: Map<string, SmallSet<T>>, terms: readonly string[], thing: T): void {
  for (const term of terms) {
    const things = byTerm.get(term);
    if (things?.delete(thing) && things.size === 0) byTerm.delete(term);
  }
}
