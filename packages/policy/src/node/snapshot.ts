/** What the controller last said of policies and groups, as it said it. */
export interface PolicySnapshot {
  readonly networkPolicies: readonly unknown[];
  readonly appliedToGroups: readonly unknown[];
  readonly addressGroups: readonly unknown[];
}

/** A snapshot with each object as JSON: all of them as objects would be in memory once more each time it is written. */
export type SnapshotTexts = Readonly<Record<keyof PolicySnapshot, Iterable<string>>>;

/** A snapshot that was read, or why the text is none. */
export type ReadSnapshot =
  | { readonly kind: 'read'; readonly snapshot: PolicySnapshot }
  | { readonly kind: 'unusable'; readonly reason: string };

type Hash = (text: string) => string;

const version = 1;
const longestHeader = 200;

/** Longest text that is read, in characters. */
export const snapshotLimit = 256 * 1024 * 1024;

/**
 * Text of a snapshot for a file: a line about the rest (version, length in characters, checksum), and the rest as JSON.
 * Who reads it knows whether it is whole before parsing it.
 */
export function writeSnapshot({ networkPolicies, appliedToGroups, addressGroups }: SnapshotTexts, hash: Hash): string {
  const lists = Object.entries({ networkPolicies, appliedToGroups, addressGroups });
  const body = `{${lists.map(([kind, texts]) => `"${kind}":[${[...texts].join()}]`).join()}}`;
  return `${JSON.stringify({ version, length: body.length, checksum: hash(body) })}\n${body}\n`;
}

/** A message as JSON, also one that is too deep. */
export function jsonText(message: unknown): string {
  return tryStringify(message) ?? JSON.stringify(withoutDepth(message));
}

/** Reads what `writeSnapshot` wrote. Never throws: a file on disk may be cut, damaged or of another version. */
export function readSnapshot(text: string, hash: Hash, limit = snapshotLimit): ReadSnapshot {
  if (text.length > limit) return unusable(`it is longer than ${limit} characters`);
  const end = text.slice(0, longestHeader).indexOf('\n');
  if (end < 0) return unusable('it has no first line');
  const header = parseObject(text.slice(0, end));
  if (header === undefined) return unusable('its first line is no JSON object');
  if (header['version'] !== version) return unusable(`its version is not ${version}`);
  const body = text.slice(end + 1).replace(/\n$/, '');
  if (body.length !== header['length']) return unusable('it is not as long as it says');
  if (hash(body) !== header['checksum']) return unusable('its checksum is another one');
  const { networkPolicies, appliedToGroups, addressGroups } = parseObject(body) ?? {};
  if (!Array.isArray(networkPolicies) || !Array.isArray(appliedToGroups) || !Array.isArray(addressGroups)) {
    return unusable('it does not hold policies and groups');
  }
  return { kind: 'read', snapshot: { networkPolicies, appliedToGroups, addressGroups } };
}

/** Undefined for what is too deep. */
function tryStringify(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Deeper than anything that is read of a message. */
const deepest = 32;

/** A copy in which what is deeper is null: fields that nobody knows may hold anything. */
function withoutDepth(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= deepest) return null;
  if (Array.isArray(value)) return value.map((item) => withoutDepth(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutDepth(item, depth + 1)]));
}

function unusable(reason: string): ReadSnapshot {
  return { kind: 'unusable', reason };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
