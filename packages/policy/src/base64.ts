const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const none = 0xff;
const values = new Uint8Array(128).fill(none);
for (let index = 0; index < alphabet.length; index += 1) values[alphabet.charCodeAt(index)] = index;

/**
 * Decodes base64 text (RFC 4648, padded) into `bytes`, and tells whether it is such text, of exactly so many bytes. Into
 * memory of the caller's: a new array for each of fifty thousand addresses takes longer than all else about them.
 */
export function decodeBase64Into(text: string, bytes: Uint8Array): boolean {
  const padding = (3 - (bytes.length % 3)) % 3;
  const letters = Math.ceil(bytes.length / 3) * 4;
  if (text.length !== letters || !text.endsWith('='.repeat(padding))) return false;
  let bits = 0;
  let count = 0;
  let at = 0;
  for (let index = 0; index < letters - padding; index += 1) {
    const value = values[text.charCodeAt(index)] ?? none;
    if (value === none) return false;
    bits = ((bits << 6) | value) & 0xffffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes[at++] = (bits >> count) & 0xff;
  }
  return true;
}

const codes = Uint8Array.from(alphabet, (letter) => letter.charCodeAt(0));
const pad = '='.charCodeAt(0);
/** What `fromCharCode` is given at once. */
const chunkBytes = 3 * 1024;

/** Bytes as base64 text (RFC 4648, padded). */
export function encodeBase64(bytes: Uint8Array): string {
  if (bytes.length <= chunkBytes) return encodeChunk(bytes);
  const chunks: string[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) chunks.push(encodeChunk(bytes.subarray(at, at + chunkBytes)));
  return chunks.join('');
}

/** In one piece: text put together letter by letter stays a tree of pieces in memory. */
function encodeChunk(bytes: Uint8Array): string {
  // oxlint-disable-next-line unicorn/no-new-array -- the length is meant; `Array.from` fills it one by one
  const letters = new Array<number>(Math.ceil(bytes.length / 3) * 4);
  for (let at = 0, to = 0; at < bytes.length; at += 3, to += 4) {
    const left = bytes.length - at;
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    letters[to] = codes[group >> 18]!;
    letters[to + 1] = codes[(group >> 12) & 63]!;
    letters[to + 2] = left > 1 ? codes[(group >> 6) & 63]! : pad;
    letters[to + 3] = left > 2 ? codes[group & 63]! : pad;
  }
  return String.fromCharCode.apply(undefined, letters);
}

const letterA = codes[0]!;
const letterP = codes[15]!;
const slash = codes[63]!;

/**
 * The base64 text of an IPv4 address in 16 bytes (::ffff:0:0/96, RFC 4291), of which twelve are always the same. There
 * are as many as Pods, hence no list of letters for each.
 */
export function encodeMappedIpv4(value: number): string {
  // oxfmt-ignore
  return String.fromCharCode(
    letterA, letterA, letterA, letterA, letterA, letterA, letterA, letterA, letterA, letterA, letterA, letterA, letterA,
    letterP, slash, slash,
    codes[value >>> 26]!, codes[(value >>> 20) & 63]!, codes[(value >>> 14) & 63]!,
    codes[(value >>> 8) & 63]!, codes[(value >>> 2) & 63]!, codes[(value & 3) << 4]!,
    pad, pad,
  );
}
