/** A JSON schema as custom resource definitions have it: plain data. */
export type Schema = Readonly<Record<string, unknown>>;

export function object(properties: Readonly<Record<string, Schema>>, rest: Schema = {}): Schema {
  return { type: 'object', properties, ...rest };
}

export function array(items: Schema): Schema {
  return { type: 'array', items };
}

export const string: Schema = { type: 'string' };
export const boolean: Schema = { type: 'boolean' };
export const integer: Schema = { type: 'integer' };
export const intOrString: Schema = { 'x-kubernetes-int-or-string': true };
export const anything: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** An address of either family. */
export const ip: Schema = { type: 'string', oneOf: [{ format: 'ipv4' }, { format: 'ipv6' }] };
export const cidr: Schema = { type: 'string', format: 'cidr' };

export const labelSelector: Schema = object({
  matchLabels: { type: 'object', additionalProperties: string },
  matchExpressions: array(
    object(
      {
        key: string,
        operator: { type: 'string', enum: ['In', 'NotIn', 'Exists', 'DoesNotExist'] },
        values: array(string),
      },
      { required: ['key', 'operator'] },
    ),
  ),
});
