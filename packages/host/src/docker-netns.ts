/** What Docker on Windows gives instead of a network namespace (1.3: pkg/agent/cniserver/server_windows.go). */
export type DockerNetns =
  /** The Pod's first container, which the network is made for. */
  | { readonly role: 'infra' }
  /** A container that shares the network of that one, `infra`. */
  | { readonly role: 'member'; readonly infra: string };

/** Reads `none` and `container:ID`; undefined: it is something else. */
export function tryParseDockerNetns(netns: string): DockerNetns | undefined {
  if (netns === 'none') return { role: 'infra' };
  const infra = /^container:\s*([A-Za-z0-9_.-]+)\s*$/.exec(netns)?.[1];
  return infra === undefined ? undefined : { role: 'member', infra };
}
