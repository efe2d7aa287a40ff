import { isJsonObject, textAt, type ApiObject, type Json, type JsonObject } from '../object.js';
import { isCustom, type CustomResource } from '../resources/registry.js';
import { apiVersionOf, type ApiResource } from '../resources/resource.js';
import { decodeAs } from '../schema/decode.js';
import { schemaOf } from '../schema/resource-schema.js';
import { ApiError } from '../status.js';
import { requireObject } from '../validation/metadata.js';

/** What to do about fields that the type does not have. */
export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

export interface DecodeOptions {
  readonly fieldValidation?: FieldValidation | undefined;
  /** Takes what the client should be told beside the answer. */
  readonly warn?: ((message: string) => void) | undefined;
}

/** Reads a body as an object of the resource: types checked, unknown fields gone. Throws `BadRequest`. */
export function decodeBody(resource: ApiResource, body: unknown, options: DecodeOptions): ApiObject {
  const given = requireObject(resource, body) as unknown as JsonObject;
  const place = { kind: resource.kind, version: resource.version };
  const { value, unknownFields } = isCustom(resource)
    ? decodeCustom(resource, given)
    : decodeAs(schemaOf(resource), given, place);
  reportUnknown(resource, unknownFields, options);
  return value as unknown as ApiObject;
}

function decodeCustom(
  resource: CustomResource,
  given: JsonObject,
): { value: JsonObject; unknownFields: readonly string[] } {
  const pruned = resource.prune(given);
  const metadata = schemaOf(resource).property('metadata');
  if (!metadata || !isJsonObject(given['metadata'])) return pruned;
  const decoded = decodeAs(metadata, given['metadata'], { kind: resource.kind, version: resource.version });
  return {
    value: { ...pruned.value, metadata: decoded.value },
    unknownFields: [...pruned.unknownFields, ...decoded.unknownFields.map((field) => `metadata.${field}`)],
  };
}

function reportUnknown(
  resource: ApiResource,
  fields: readonly string[],
  { fieldValidation, warn }: DecodeOptions,
): void {
  if (fields.length === 0 || fieldValidation === 'Ignore') return;
  const messages = fields.map((field) => `unknown field "${field}"`);
  if (fieldValidation === 'Strict') {
    const { kind } = resource;
    throw new ApiError(
      'BadRequest',
      `${kind} in version "${resource.version}" cannot be handled as a ${kind}: strict decoding error: ${messages.join(', ')}`,
    );
  }
  for (const message of messages) warn?.(message);
}

/** The body of an apply, which has to say what it is. */
export function decodeConfig(resource: ApiResource, patch: Json, options: DecodeOptions): JsonObject {
  if (!isJsonObject(patch)) throw new ApiError('BadRequest', 'the applied configuration must be an object');
  const { apiVersion, kind, metadata } = patch;
  if (apiVersion !== apiVersionOf(resource) || kind !== resource.kind) {
    throw new ApiError(
      'BadRequest',
      `the applied configuration must be a ${resource.kind} of ${apiVersionOf(resource)}, not ${textAt(patch, 'kind')} of ${textAt(patch, 'apiVersion')}`,
    );
  }
  const managed = isJsonObject(metadata) ? metadata['managedFields'] : undefined;
  if (Array.isArray(managed) && managed.length > 0) {
    throw new ApiError('BadRequest', 'metadata.managedFields must be nil');
  }
  return decodeBody(resource, patch, options) as unknown as JsonObject;
}
