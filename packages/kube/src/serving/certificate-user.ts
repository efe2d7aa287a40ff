import type { HttpRequest } from '@antrea-ts/runtime';
import type { ClientTrust } from './client-trust.js';
import type { UserInfo } from './user.js';

type Shown = Pick<HttpRequest, 'certificate' | 'headers' | 'headerValues'>;

/**
 * The user whom a client's certificate tells: the API server's proxy says in headers for whom it asks, others are whom
 * the certificate names, with its organizations as groups. Undefined: it tells nobody.
 */
export function certificateUser(request: Shown, trust: ClientTrust): UserInfo | undefined {
  const { certificate } = request;
  if (certificate === undefined) return undefined;
  const isOf = (fingerprints: ReadonlySet<string>): boolean =>
    [...certificate.authorities].some((authority) => fingerprints.has(authority));
  const { names, fingerprints } = trust.proxy;
  if (isOf(fingerprints) && (names.length === 0 || names.includes(certificate.commonName))) {
    const user = userOfHeaders(request, trust.proxy);
    if (user !== undefined) return user;
  }
  if (!isOf(trust.users) || certificate.commonName === '') return undefined;
  return { name: certificate.commonName, groups: certificate.organizations };
}

/** Repeated headers are read one by one: joined by commas, a group's name could pass for two. */
function userOfHeaders({ headers, headerValues }: Shown, proxy: ClientTrust['proxy']): UserInfo | undefined {
  const first = (names: readonly string[]): string | undefined =>
    names.flatMap((name) => headerValues(name)).find((value) => value !== '');
  const name = first(proxy.userHeaders);
  if (name === undefined) return undefined;
  const extra: Record<string, string[]> = {};
  for (const header of Object.keys(headers)) {
    const prefix = proxy.extraPrefixes.find((candidate) => header.startsWith(candidate));
    if (prefix === undefined) continue;
    const key = unescaped(header.slice(prefix.length));
    extra[key] = [...(extra[key] ?? []), ...headerValues(header)];
  }
  return {
    name,
    groups: proxy.groupHeaders.flatMap((header) => headerValues(header)),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
