import { translateError } from './translate-error.js';
import type { AsyncNetlink } from './netlink/async-netlink.js';
import { deleteLink, listLinks, type Link } from './rtnetlink/link.js';
import { isSystemError } from './system-error.js';

/** Interfaces that Antrea makes for single features, by name, with their kind. Another kind of that name is not ours. */
const kinds: Readonly<Record<string, string>> = { 'antrea-wg0': 'wireguard', 'antrea-egress0': 'dummy' };

/** Those of `links` that Antrea made for a feature and that are not wanted. */
export function leftoverInterfaces<T extends Pick<Link, 'name' | 'kind'>>(
  links: readonly T[],
  wanted: readonly string[],
): readonly T[] {
  return links.filter(({ name, kind }) => kind !== undefined && kinds[name] === kind && !wanted.includes(name));
}

/** Removes them, with their addresses and routes. Returns what was done. */
export async function removeLeftoverInterfaces(
  netlink: AsyncNetlink,
  wanted: readonly string[],
  { signal }: { readonly signal: AbortSignal },
): Promise<readonly string[]> {
  const changes: string[] = [];
  for (const { name, kind, index } of leftoverInterfaces(await netlink.request(listLinks(), { signal }), wanted)) {
    try {
      await netlink.request(deleteLink(index, name), { signal });
      changes.push(`interface ${name} (${kind}) removed`);
    } catch (error) {
      signal.throwIfAborted();
      if (!isSystemError(error, 'ENODEV')) throw translateError(`remove interface ${name}`, error);
    }
  }
  return changes;
}
