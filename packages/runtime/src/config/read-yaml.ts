import type { LineCounter, Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import type { RawEntry, RawValue, ValueProblem } from './value-type.js';

/** A file's top level, and what is wrong with its YAML. */
export interface RawFile {
  readonly entries: readonly RawEntry[];
  readonly problems: readonly ValueProblem[];
}

/**
 * Reads YAML without deciding types: scalars stay text (a port and the text "10350" are told apart by the table, not
 * by YAML), keys without a value are left out, duplicate keys are problems.
 */
export async function readYaml(source: string): Promise<RawFile> {
  const yaml = await import('yaml');
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(source, { schema: 'failsafe', lineCounter: lines, prettyErrors: false });
  const problems = document.errors.map((error) => ({
    message: error.message,
    line: lines.linePos(error.pos[0]).line,
  }));
  const root = document.contents as Node | null;
  if (problems.length > 0) return { entries: [], problems };
  const reader = new YamlReader(yaml, lines);
  if (root === null || reader.isNothing(root)) return { entries: [], problems: [] };
  const value = reader.value(root);
  if (value?.kind === 'map') return { entries: value.entries, problems: [] };
  return { entries: [], problems: [{ message: 'must be a map of keys to values', line: 1 }] };
}

class YamlReader {
  readonly #yaml: typeof import('yaml');
  readonly #lines: LineCounter;

  constructor(yaml: typeof import('yaml'), lines: LineCounter) {
    this.#yaml = yaml;
    this.#lines = lines;
  }

  /** True for `key:` with nothing after it, and for YAML's words for nothing. */
  isNothing(node: unknown): boolean {
    if (node === null || node === undefined) return true;
    return this.#yaml.isScalar(node) && node.type === 'PLAIN' && /^(null|~|)$/i.test(node.source ?? '');
  }

  value(node: Node): RawValue | undefined {
    const line = this.#line(node);
    if (this.#yaml.isMap(node)) return { kind: 'map', line, entries: this.#entries(node) };
    if (this.#yaml.isSeq(node)) return { kind: 'list', line, items: this.#items(node) };
    return this.#yaml.isScalar(node) ? { kind: 'scalar', line, text: String(node.value) } : undefined;
  }

  #entries(map: YAMLMap): RawEntry[] {
    return (map.items as Pair<Node, Node | null>[]).flatMap(({ key, value }) => {
      if (this.isNothing(value) || value === null) return [];
      const raw = this.value(value);
      return raw === undefined ? [] : [{ key: String((key as Scalar).value), value: raw, line: this.#line(key) }];
    });
  }

  #items(list: YAMLSeq): RawValue[] {
    return (list.items as Node[]).flatMap((item) => this.value(item) ?? []);
  }

  #line(node: Node): number | undefined {
    return node.range ? this.#lines.linePos(node.range[0]).line : undefined;
  }
}
