import type { JsonObject } from '../object.js';
import { ApiError } from '../status.js';
import { decodeMessage } from './decode-message.js';
import { messageTable } from './message-table.js';
import { textOf } from './well-known.js';
import { wireFields, WireError } from './wire.js';

export const protobufContentType = 'application/vnd.kubernetes.protobuf';

/** How every body begins: `k8s` and a zero. */
const magic = Buffer.from('k8s\0');

/** Groups whose messages we know; the rest of what we serve exists as JSON only. */
const groups: ReadonlySet<string> = new Set([
  '',
  'apps',
  'discovery.k8s.io',
  'networking.k8s.io',
  'coordination.k8s.io',
  'rbac.authorization.k8s.io',
  'admissionregistration.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'policy',
  'autoscaling',
  'meta.k8s.io',
]);

/** The wrapper of every object: what it is, and itself as bytes. */
interface Envelope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: Uint8Array;
  readonly contentType: string;
}

/**
 * Reads the body of a client that writes protocol buffers (kubectl's `create` commands do) as the object that its JSON
 * would be. Throws `BadRequest`, and `UnsupportedMediaType` for kinds that we know as JSON only.
 */
export function decodeProtobufObject(body: Uint8Array): JsonObject {
  try {
    const { apiVersion, kind, raw, contentType } = readEnvelope(body);
    if (contentType === 'application/json') return JSON.parse(textOf(raw)) as JsonObject;
    if (contentType !== '' && contentType !== protobufContentType) throw unsupported(contentType);
    if (!isKnown(apiVersion, kind)) throw unsupported(`${protobufContentType} of ${kind} in ${apiVersion}`);
    return { apiVersion, kind, ...decodeMessage(kind, raw) };
  } catch (error) {
    if (error instanceof ApiError) throw error;
    if (!(error instanceof WireError) && !(error instanceof SyntaxError)) throw error;
    throw new ApiError('BadRequest', `couldn't read the body of the request as a protocol buffer: ${error.message}`);
  }
}

function isKnown(apiVersion: string, kind: string): boolean {
  const [version, group = ''] = apiVersion.split('/').toReversed();
  // Deletions name their options by the group of what they delete.
  const isOptions = kind === 'DeleteOptions';
  return isOptions || (version === 'v1' && groups.has(group) && messageTable().has(kind));
}

function unsupported(what: string): ApiError {
  return new ApiError(
    'UnsupportedMediaType',
    `the body of the request was in an unknown format (${what}) - send application/json or application/yaml`,
  );
}

function readEnvelope(body: Uint8Array): Envelope {
  if (!magic.equals(body.subarray(0, magic.length))) throw new WireError('it does not begin as Kubernetes begins them');
  let apiVersion = '';
  let kind = '';
  let raw: Uint8Array = new Uint8Array();
  let contentType = '';
  let contentEncoding = '';
  for (const field of wireFields(body.subarray(magic.length))) {
    if (field.kind !== 'bytes') continue;
    if (field.number === 1) {
      for (const part of wireFields(field.value)) {
        if (part.kind !== 'bytes') continue;
        if (part.number === 1) apiVersion = textOf(part.value);
        else if (part.number === 2) kind = textOf(part.value);
      }
    } else if (field.number === 2) raw = field.value;
    else if (field.number === 3) contentEncoding = textOf(field.value);
    else if (field.number === 4) contentType = textOf(field.value);
  }
  if (contentEncoding !== '') throw unsupported(`content encoding ${contentEncoding}`);
  if (apiVersion === '' || kind === '') throw new WireError('it does not say what it is');
  return { apiVersion, kind, raw, contentType };
}
