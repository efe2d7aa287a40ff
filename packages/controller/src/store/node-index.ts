/** What has a name and is needed on Nodes. */
interface Spanned {
  readonly name: string;
  readonly span: Iterable<string> | undefined;
}

/**
 * The names of objects by the Nodes that need them: when a thousand agents come back at once, none of them looks through
 * the objects of all the others. It is made when the first one asks, so that loading a cluster does not wait for it.
 */
export class NodeIndex {
  #byNode: Map<string, Set<string>> | undefined = undefined;

  /** Names of the objects that a Node needs, of `all` of them. */
  of(node: string, all: Iterable<Spanned>): Iterable<string> {
    if (!this.#byNode) {
      this.#byNode = new Map();
      for (const object of all) this.#add(this.#byNode, object);
    }
    return this.#byNode.get(node) ?? [];
  }

  /** An object came, went, or took the place of another one of its name. */
  changed(before: Spanned | undefined, after: Spanned | undefined): void {
    if (!this.#byNode || before?.span === after?.span) return;
    if (before) this.#delete(this.#byNode, before);
    if (after) this.#add(this.#byNode, after);
  }

  #add(byNode: Map<string, Set<string>>, { name, span }: Spanned): void {
    for (const node of span ?? []) {
      const names = byNode.get(node);
      if (names) names.add(name);
      else byNode.set(node, new Set([name]));
    }
  }

  #delete(byNode: Map<string, Set<string>>, { name, span }: Spanned): void {
    for (const node of span ?? []) {
      const names = byNode.get(node);
      if (names?.delete(name) && names.size === 0) byNode.delete(node);
    }
  }
}
