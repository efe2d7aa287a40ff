import type { IncomingMessage } from 'node:http';
import { parse as parseYaml } from 'yaml';
import { ApiError } from '../status.js';
import type { Json } from '../object.js';

/** Largest body, as the real server has it. */
const maxBodyBytes = 3 << 20;

/** Where a request goes: `/api/v1/namespaces/ns/pods/web/status`. */
export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  readonly namespace?: string;
  readonly plural: string;
  readonly name?: string;
  readonly subresource?: string;
}

/** Reads a resource path; undefined for anything else. */
export function parseResourcePath(pathname: string): ResourcePath | undefined {
  const parts = pathname
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  const root = parts.shift();
  let group = '';
  if (root === 'apis') group = parts.shift() ?? '';
  else if (root !== 'api') return undefined;
  const version = parts.shift();
  if (!version || parts.length === 0) return undefined;

  let namespace: string | undefined;
  // `/namespaces/x` alone is about the Namespace, as are its own subresources.
  if (parts[0] === 'namespaces' && parts.length > 2 && !['status', 'finalize'].includes(parts[2] ?? '')) {
    namespace = parts[1];
    parts.splice(0, 2);
  }
  const [plural, name, ...sub] = parts;
  if (!plural) return undefined;
  return {
    group,
    version,
    plural,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(sub.length === 0 ? {} : { subresource: sub.join('/') }),
  };
}

/** Reads a body whole, up to a bound. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBodyBytes) {
      throw new ApiError('RequestEntityTooLarge', `Request entity too large: limit is ${maxBodyBytes}`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A body as JSON; YAML where the content type says so. */
export function parseBody(text: string, contentType: string): Json {
  try {
    if (contentType.includes('yaml')) return parseYaml(text, { maxAliasCount: 100 }) as Json;
    return JSON.parse(text) as Json;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ApiError('BadRequest', `couldn't read the body of the request: ${why}`);
  }
}

/** What form of answer a client wants, from its Accept header. */
export interface AcceptedForm {
  readonly as?: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList' | 'APIGroupDiscoveryList';
  readonly version: string;
}

/** The first form of the header that we have; JSON objects as they are otherwise. */
export function acceptedForm(accept: string | undefined): AcceptedForm {
  for (const range of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    if (type !== 'application/json' && type !== '*/*') continue;
    const values = new Map(parameters.map((parameter) => parameter.split('=') as [string, string]));
    const as = values.get('as');
    const version = values.get('v') ?? 'v1';
    if (as === 'Table' || as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return { as, version };
    if (as === 'APIGroupDiscoveryList') return { as, version };
    if (as === undefined) return { version };
  }
  return { version: 'v1' };
}
