/** Up to so many elements an array is searched as fast as a Set, in a tenth of its memory. */
const maxListed = 16;
const maxCopied = 4;

/** A set that has a few elements most often, of which there are hundreds of thousands. */
export class SmallSet<T> {
  #elements: T[] | Set<T> | undefined;

  get size(): number {
    const elements = this.#elements;
    if (!elements) return 0;
    return Array.isArray(elements) ? elements.length : elements.size;
  }

  has(element: T): boolean {
    const elements = this.#elements;
    if (!elements) return false;
    return Array.isArray(elements) ? elements.includes(element) : elements.has(element);
  }

  /** Whether it was not in there. */
  add(element: T): boolean {
    const elements = this.#elements;
    if (!elements) this.#elements = [element];
    else if (!Array.isArray(elements)) {
      if (elements.has(element)) return false;
      elements.add(element);
    } else {
      if (elements.includes(element)) return false;
      // A new array has room for what is in it alone; one that grows takes room for sixteen more.
      if (elements.length < maxCopied) this.#elements = elements.concat([element]);
      else if (elements.length < maxListed) elements.push(element);
      else this.#elements = new Set([...elements, element]);
    }
    return true;
  }

  /** Whether it was in there. */
  delete(element: T): boolean {
    const elements = this.#elements;
    if (!elements) return false;
    if (!Array.isArray(elements)) return elements.delete(element);
    const at = elements.indexOf(element);
    if (at < 0) return false;
    if (elements.length === 1) this.#elements = undefined;
    else elements.splice(at, 1);
    return true;
  }

  /** A copy, for those who change the set on the way. */
  values(): T[] {
    return this.#elements ? [...this.#elements] : [];
  }

  /** As `for of`, without the cost of an iterator. What is added or deleted on the way is seen or not. */
  forEach(take: (element: T) => void): void {
    const elements = this.#elements;
    if (!elements) return;
    if (!Array.isArray(elements)) elements.forEach(take);
    else for (let index = 0; index < elements.length; index += 1) take(elements[index]!);
  }

  /** In the order in which they came. */
  [Symbol.iterator](): Iterator<T> {
    return (this.#elements ?? nothing)[Symbol.iterator]() as Iterator<T>;
  }
}

const nothing: readonly never[] = [];
