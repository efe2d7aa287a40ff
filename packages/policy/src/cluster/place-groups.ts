import { objectsOf, sameSelection, type GroupSelector } from './group-selector.js';
import type { Membership } from './membership.js';
import { SmallSet } from './small-set.js';
import { SelectorIndex } from './term-indexes.js';

/** So few are looked through; for more there is a map. */
const maxSearched = 16;

/**
 * The groups of one Namespace, or of what one selector of Namespaces selects. They are found by what they select,
 * without making the text of it for each policy that asks.
 */
export class PlaceGroups extends SelectorIndex<Membership> {
  /** By the text of what selects objects, which the selectors have anyway. */
  #byText: Map<string, SmallSet<Membership>> | undefined = undefined;

  of(selector: GroupSelector): Membership | undefined {
    const among = this.#byText ? this.#byText.get(objectsOf(selector).text) : this;
    return among?.find((membership) => sameSelection(membership.selector, selector));
  }

  override add(membership: Membership): boolean {
    if (this.#byText) addTo(this.#byText, membership);
    else if (this.size >= maxSearched) {
      this.#byText = new Map();
      for (const each of this) addTo(this.#byText, each);
      addTo(this.#byText, membership);
    }
    return super.add(membership);
  }

  override delete(membership: Membership): boolean {
    const { text } = objectsOf(membership.selector);
    const among = this.#byText?.get(text);
    if (among?.delete(membership) && among.size === 0) this.#byText?.delete(text);
    return super.delete(membership);
  }
}

function addTo(byText: Map<string, SmallSet<Membership>>, membership: Membership): void {
  const { text } = objectsOf(membership.selector);
  const among = byText.get(text) ?? new SmallSet<Membership>();
  byText.set(text, among);
  among.add(membership);
}
