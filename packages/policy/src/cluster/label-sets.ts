import { termsOf, type Labels } from './selector.js';

/** Labels that objects share. Most objects of a workload have the same. */
export class LabelSet {
  readonly key: string;
  readonly labels: Labels;
  uses = 0;
  #terms: readonly string[] | undefined = undefined;

  constructor(key: string, labels: Labels) {
    this.key = key;
    this.labels = labels;
  }

  /** Made when they are asked for: where few selectors are, nobody does. */
  get terms(): readonly string[] {
    return (this.#terms ??= termsOf(this.labels));
  }
}

/** Each set of labels that something has, once. */
export class LabelSets {
  readonly #byKey = new Map<string, LabelSet>();

  of(labels: Labels): LabelSet {
    const key = keyOf(labels);
    const known = this.#byKey.get(key);
    if (known) return known;
    const labelSet = new LabelSet(key, labels);
    this.#byKey.set(key, labelSet);
    return labelSet;
  }

  /** One use less; what nobody uses is forgotten. */
  release(labelSet: LabelSet): void {
    labelSet.uses -= 1;
    if (labelSet.uses === 0) this.#byKey.delete(labelSet.key);
  }
}

/** API servers send labels in the order of their keys: seldom is there anything to sort. */
function keyOf(labels: Labels): string {
  let text = '';
  let last = '';
  for (const key in labels) {
    if (key < last) return textOf(labels, Object.keys(labels).sort());
    last = key;
    text += `${key}=${labels[key]},`;
  }
  return text;
}

function textOf(labels: Labels, keys: readonly string[]): string {
  let text = '';
  for (const key of keys) text += `${key}=${labels[key]},`;
  return text;
}
