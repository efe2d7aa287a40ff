import '../platform.js';

/** SHA-1 of bytes, as 40 lower-case hexadecimal digits: comes in as an argument, because pure code has no platform. */
export type Sha1 = (bytes: Uint8Array) => string;

/** Namespace of the UUIDs of groups: e4f24a48-ca1f-4d5b-819c-ea7632b22115 (Antrea 1.3). */
const namespace = Uint8Array.of(
  0xe4,
  0xf2,
  0x4a,
  0x48,
  0xca,
  0x1f,
  0x4d,
  0x5b,
  0x81,
  0x9c,
  0xea,
  0x76,
  0x32,
  0xb2,
  0x21,
  0x15,
);
const encoder = new TextEncoder();
/** Room for texts of usual length, which begins with the Namespace. */
const room = new Uint8Array(1024);
room.set(namespace);
const rest = room.subarray(namespace.length);
/** The beginning of it in each length that was needed: a view costs more than what is written into it. */
const views: Uint8Array[] = [];

function nameBytes(text: string): Uint8Array {
  const { read, written } = encoder.encodeInto(text, rest);
  if (read === text.length) return (views[written] ??= room.subarray(0, namespace.length + written));
  const encoded = encoder.encode(text);
  const bytes = new Uint8Array(namespace.length + encoded.length);
  bytes.set(namespace);
  bytes.set(encoded, namespace.length);
  return bytes;
}

/** A UUID of version 5 (RFC 9562): digits of the hash go where it has x and, two bits of them, y. */
const layout = 'xxxxxxxx-xxxx-5xxx-yxxx-xxxxxxxxxxxx';
const letters = Array.from(layout, (letter) => letter.charCodeAt(0));
const variantAt = layout.indexOf('y');
/** Places of x, and the digits of the hash for them: those of the version and the variant are left out. */
const places = Array.from(layout, (letter, at) => (letter === 'x' ? at : -1)).filter((at) => at >= 0);
const digits = Array.from({ length: 32 }, (_, at) => at).filter((at) => at !== 12 && at !== 16);
const variants = '89ab';

/**
 * The name, and UID, of the group that a selector's text stands for: a UUID of version 5 (RFC 9562). It is made of
 * letters at once: put together from pieces, it takes longer than the hash.
 */
export function groupName(text: string, sha1: Sha1): string {
  const hex = sha1(nameBytes(text));
  for (let index = 0; index < places.length; index += 1) letters[places[index]!] = hex.charCodeAt(digits[index]!);
  letters[variantAt] = variants.charCodeAt(Number.parseInt(hex.charAt(16), 16) & 3);
  return String.fromCharCode.apply(undefined, letters);
}
