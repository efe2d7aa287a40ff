import { ApiError } from '../status.js';

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
    .map(decodePart);
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

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new ApiError('BadRequest', `the path has a part that cannot be read: ${part}`);
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
