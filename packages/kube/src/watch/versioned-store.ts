import { objectKey, type KubeObject, type Stored } from '../resource.js';
import type { Store } from './store.js';

/** How objects are kept. */
export interface Keeping<T extends KubeObject, P> {
  /** What is kept of an object; undefined: nothing, as if it were not there. */
  readonly project: (object: Stored<T>) => P | undefined;
  /** True when a new projection says nothing new; listeners are then not told. */
  readonly isSame?: ((previous: P, next: P) => boolean) | undefined;
}

interface Identity {
  readonly uid: string;
  readonly version: string;
}

/** Feeds a store from lists and events, remembering which version of which object it has. */
export class VersionedStore<T extends KubeObject, P> {
  readonly #store: Store<P>;
  readonly #keeping: Keeping<T, P>;
  /** Of all objects the server has, kept or not. */
  readonly #identities = new Map<string, Identity>();

  constructor(store: Store<P>, keeping: Keeping<T, P>) {
    this.#store = store;
    this.#keeping = keeping;
  }

  /** Takes an object in its present version; returns its key. */
  put(object: Stored<T>): string {
    const key = objectKey(object.metadata);
    const { uid, resourceVersion: version } = object.metadata;
    const known = this.#identities.get(key);
    if (known?.version === version && known.uid === uid) return key;
    // Deleted and made anew while we did not look: for everyone else it is another object.
    if (known !== undefined && known.uid !== uid) this.#store.remove(key);
    this.#identities.set(key, { uid, version });
    this.#keep(key, this.#keeping.project(object));
    return key;
  }

  /** The object is gone. */
  drop(key: string): void {
    this.#identities.delete(key);
    this.#store.remove(key);
  }

  /** After a complete list: whatever was not in it is gone. */
  dropAllBut(present: ReadonlySet<string>): void {
    for (const key of this.#identities.keys()) if (!present.has(key)) this.drop(key);
  }

  #keep(key: string, projected: P | undefined): void {
    if (projected === undefined) {
      this.#store.remove(key);
      return;
    }
    const previous = this.#store.get(key);
    const isSame = previous !== undefined && this.#keeping.isSame?.(previous, projected) === true;
    if (!isSame) this.#store.set(key, projected);
  }
}
