/** A JSON schema as custom resource definitions have it: plain data. */
export type Schema = Readonly<Record<string, unknown>>;

export function object(properties: Readonly<Record<string, Schema>>, rest: Schema = {}): Schema {
  return { type: 'object', properties, ...rest };
}

export function array(items: Schema): Schema {
  return { type: 'array', items };
}

/** A schema with what `kubectl explain` says of it. */
export function described(description: string, schema: Schema): Schema {
  return { description, ...schema };
}

export const string: Schema = { type: 'string' };
export const boolean: Schema = { type: 'boolean' };
export const integer: Schema = { type: 'integer' };
export const intOrString: Schema = { 'x-kubernetes-int-or-string': true };
export const anything: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** An address of either family. */
export const ip: Schema = { type: 'string', oneOf: [{ format: 'ipv4' }, { format: 'ipv6' }] };
export const cidr: Schema = { type: 'string', format: 'cidr' };

/** What a label selector selects is said where it stands. */
export function labelSelector(description: string): Schema {
  return described(description, selector);
}

const selector: Schema = object({
  matchLabels: described('Labels that there must be, with these values.', {
    type: 'object',
    additionalProperties: string,
  }),
  matchExpressions: described(
    'Conditions on labels; all of them have to hold.',
    array(
      object(
        {
          key: described('The label.', string),
          operator: described('In and NotIn need values; Exists and DoesNotExist have none.', {
            type: 'string',
            enum: ['In', 'NotIn', 'Exists', 'DoesNotExist'],
          }),
          values: described('Values that the label may have, or may not.', array(string)),
        },
        { required: ['key', 'operator'] },
      ),
    ),
  ),
});
