/** What `antrea-cni` would send for this environment and standard input. */
export function callBody(environment: Readonly<Record<string, string>>, input: string): Uint8Array {
  const entries = Object.entries(environment).map(([name, value]) => `${name}=${value}\0`);
  return new TextEncoder().encode(`${entries.join('')}\0${input}`);
}
