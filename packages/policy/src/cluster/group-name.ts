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

function nameBytes(text: string): Uint8Array {
  const { read, written } = encoder.encodeInto(text, room.subarray(16));
  if (read === text.length) return room.subarray(0, 16 + written);
  const encoded = encoder.encode(text);
  const bytes = new Uint8Array(16 + encoded.length);
  bytes.set(namespace);
  bytes.set(encoded, 16);
  return bytes;
}

/** The name, and UID, of the group that a selector's text stands for: a UUID of version 5 (RFC 9562). */
export function groupName(text: string, sha1: Sha1): string {
  const hex = sha1(nameBytes(text));
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16).padStart(2, '0');
  // Joined, it is one piece of text in memory.
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    variant + hex.slice(18, 20),
    hex.slice(20, 32),
  ].join('-');
}
