import { Buckets } from './bucket.js';
import type { EntityKind } from './group-selector.js';
import { PlaceGroups } from './place-groups.js';
import { termsOf, type Labels, type Selector } from './selector.js';
import { SmallSet } from './small-set.js';

/** A Namespace: what is in it, and who selects it. */
export class NamespacePlace {
  readonly name: string;
  readonly selectedBy = new SmallSet<NamespaceSelection>();
  /** Groups of this Namespace alone. */
  readonly groups = new PlaceGroups();
  readonly pods = new Buckets();
  #externalEntities: Buckets | undefined = undefined;
  #labels: Labels | undefined = undefined;
  #terms: readonly string[] | undefined = undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** Undefined while there is no such Namespace: selectors of Namespaces do not select it. */
  get labels(): Labels | undefined {
    return this.#labels;
  }

  set labels(labels: Labels | undefined) {
    this.#labels = labels;
    this.#terms = undefined;
  }

  get terms(): readonly string[] {
    return (this.#terms ??= this.#labels ? termsOf(this.#labels) : []);
  }

  /** Hardly a Namespace has ExternalEntities: those that do get a place for them. */
  buckets(kind: EntityKind): Buckets {
    return kind === 'pod' ? this.pods : (this.#externalEntities ??= new Buckets());
  }

  /** Those of all kinds. */
  eachBuckets(take: (buckets: Buckets) => void): void {
    take(this.pods);
    if (this.#externalEntities) take(this.#externalEntities);
  }

  get isUsed(): boolean {
    return (
      this.#labels !== undefined ||
      this.groups.size > 0 ||
      this.pods.size > 0 ||
      (this.#externalEntities?.size ?? 0) > 0
    );
  }
}

/** The Namespaces that one selector selects, and the groups in them. */
export class NamespaceSelection {
  readonly selector: Selector;
  readonly namespaces = new Set<NamespacePlace>();
  readonly groups = new PlaceGroups();

  constructor(selector: Selector) {
    this.selector = selector;
  }

  get terms(): readonly string[] | undefined {
    return this.selector.terms;
  }
}
