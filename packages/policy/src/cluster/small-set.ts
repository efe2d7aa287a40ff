import { append } from './append.js';

/** Up to so many elements an array is searched as fast as a Set, in a tenth of its memory. */
const maxListed = 16;

/**
 * A set that has a few elements most often, of which there are hundreds of thousands. A single element, as most have,
 * is kept as it is, without an array around it: elements are neither arrays nor Sets themselves.
 */
export class SmallSet<T extends object | string> {
  #elements: T | T[] | Set<T> | undefined = undefined;

  static of<T extends object | string>(elements: Iterable<T>): SmallSet<T> {
    const set = new SmallSet<T>();
    for (const element of elements) set.add(element);
    return set;
  }

  get size(): number {
    const elements = this.#elements;
    if (elements === undefined) return 0;
    if (Array.isArray(elements)) return elements.length;
    return elements instanceof Set ? elements.size : 1;
  }

  has(element: T): boolean {
    const elements = this.#elements;
    if (elements === undefined || elements === element) return elements !== undefined;
    if (Array.isArray(elements)) return elements.includes(element);
    return elements instanceof Set && elements.has(element);
  }

  /** Whether it was not in there. */
  add(element: T): boolean {
    const elements = this.#elements;
    if (elements === undefined) this.#elements = element;
    else if (Array.isArray(elements)) return this.#addToList(elements, element);
    else if (elements instanceof Set) {
      if (elements.has(element)) return false;
      elements.add(element);
    } else if (elements === element) return false;
    else this.#elements = [elements, element];
    return true;
  }

  #addToList(elements: T[], element: T): boolean {
    if (elements.includes(element)) return false;
    if (elements.length < maxListed) this.#elements = append(elements, element);
    else this.#elements = new Set(elements).add(element);
    return true;
  }

  /** Whether it was in there. */
  delete(element: T): boolean {
    const elements = this.#elements;
    if (Array.isArray(elements)) {
      const at = elements.indexOf(element);
      if (at < 0) return false;
      if (elements.length === 1) this.#elements = undefined;
      else elements.splice(at, 1);
      return true;
    }
    if (elements instanceof Set) return elements.delete(element);
    if (elements === undefined || elements !== element) return false;
    this.#elements = undefined;
    return true;
  }

  /** A copy, for those who change the set on the way. */
  values(): T[] {
    const elements = this.#elements;
    if (elements === undefined) return [];
    return Array.isArray(elements) || elements instanceof Set ? [...elements] : [elements];
  }

  /** As `for of`, without the cost of an iterator. What is added or deleted on the way is seen or not. */
  forEach(take: (element: T) => void): void {
    const elements = this.#elements;
    if (elements === undefined) return;
    if (Array.isArray(elements)) for (let index = 0; index < elements.length; index += 1) take(elements[index]);
    else if (elements instanceof Set) elements.forEach(take);
    else take(elements);
  }

  /** The first for which something holds. */
  find(holds: (element: T) => boolean): T | undefined {
    const elements = this.#elements;
    if (elements === undefined) return undefined;
    if (Array.isArray(elements)) return elements.find(holds);
    if (!(elements instanceof Set)) return holds(elements) ? elements : undefined;
    for (const element of elements) if (holds(element)) return element;
    return undefined;
  }

  /** In the order in which they came. */
  [Symbol.iterator](): Iterator<T> {
    const elements = this.#elements;
    if (elements === undefined) return nothing[Symbol.iterator]();
    return (Array.isArray(elements) || elements instanceof Set ? elements : [elements])[Symbol.iterator]();
  }
}

const nothing: readonly never[] = [];
