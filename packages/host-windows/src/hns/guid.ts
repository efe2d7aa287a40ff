const pattern = /^\{?([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})\}?$/i;

/** The 16 bytes of a GUID as Windows keeps it, the first three fields little-endian; undefined: the text is none. */
export function tryParseGuid(text: string): Uint8Array | undefined {
  const groups = pattern.exec(text)?.slice(1);
  if (!groups) return undefined;
  const [first, second, third, ...rest] = groups.map((group) => Buffer.from(group, 'hex'));
  if (!first || !second || !third) return undefined;
  return Buffer.concat([first.toReversed(), second.toReversed(), third.toReversed(), ...rest]);
}

export function isGuid(text: string): boolean {
  return pattern.test(text);
}
