/** A schema as JSON Schema has it, with Kubernetes' extensions. References are `#/definitions/NAME`. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly nullable?: boolean;
  readonly [keyword: string]: unknown;
}

export type Definitions = ReadonlyMap<string, Schema>;

const refPrefix = '#/definitions/';

export function refTo(definition: string): string {
  return refPrefix + definition;
}

export function definitionIn(ref: string): string {
  return ref.slice(refPrefix.length);
}

/** A schema together with where its references lead: enough to walk down an object. Parts are made once. */
export class SchemaNode {
  readonly schema: Schema;
  readonly #definitions: Definitions;
  readonly #properties = new Map<string, SchemaNode>();
  #items: SchemaNode | undefined;

  constructor(schema: Schema, definitions: Definitions) {
    const { $ref } = schema;
    const found = typeof $ref === 'string' ? definitions.get(definitionIn($ref)) : undefined;
    // What stands beside a reference (how a list merges, say) counts too.
    this.schema = found ? { ...found, ...schema } : schema;
    this.#definitions = definitions;
  }

  /** A field that the schema names itself, as opposed to a key of a map. */
  hasField(name: string): boolean {
    const { properties } = this.schema;
    return properties !== undefined && Object.hasOwn(properties, name);
  }

  /** What is under a key; undefined where the schema says nothing about it. */
  property(name: string): SchemaNode | undefined {
    const { properties, additionalProperties } = this.schema;
    const own = this.hasField(name) ? properties?.[name] : undefined;
    const found = own ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
    if (!found) return undefined;
    // All keys of a map are alike.
    const key = own ? name : '';
    const known = this.#properties.get(key);
    if (known) return known;
    const made = new SchemaNode(found, this.#definitions);
    this.#properties.set(key, made);
    return made;
  }

  get items(): SchemaNode | undefined {
    if (!this.schema.items) return undefined;
    this.#items ??= new SchemaNode(this.schema.items, this.#definitions);
    return this.#items;
  }
}

/** How the items of a list are told apart. */
export type ListType =
  | { readonly kind: 'atomic' }
  | { readonly kind: 'set' }
  | { readonly kind: 'map'; readonly keys: readonly string[] };

/** For server-side apply: `x-kubernetes-list-type`. */
export function listTypeOf(node: SchemaNode | undefined): ListType {
  const { schema } = node ?? {};
  switch (schema?.['x-kubernetes-list-type']) {
    case 'set':
      return { kind: 'set' };
    case 'map':
      return { kind: 'map', keys: (schema['x-kubernetes-list-map-keys'] ?? []) as readonly string[] };
    default:
      return { kind: 'atomic' };
  }
}

/** For strategic merge: `x-kubernetes-patch-strategy` and its key; undefined when the list is replaced as a whole. */
export function patchKeyOf(node: SchemaNode | undefined): { readonly key: string | undefined } | undefined {
  const strategy = node?.schema['x-kubernetes-patch-strategy'];
  if (typeof strategy !== 'string' || !strategy.split(',').includes('merge')) return undefined;
  return { key: node?.schema['x-kubernetes-patch-merge-key'] as string | undefined };
}
