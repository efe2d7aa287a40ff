import { KubeError } from '../errors.js';

/**
 * No page of a list comes near this, nor does an object: what does not end before it is no answer of an API server, and
 * memory ends sooner than it.
 */
export const longestAnswer = 64 * 1024 * 1024;

/** A refusal that is longer is not read: its status alone says enough. */
export const longestRefusal = 1024 * 1024;

/** Reads a body as text. Throws `bad-answer` when it is longer than `limit` bytes. */
export async function readText(operation: string, body: AsyncIterable<Uint8Array>, limit: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    pieces.push(piece);
    size += piece.length;
    if (size > limit) throw new KubeError('bad-answer', `${operation}: an answer of more than ${limit} bytes`);
  }
  return Buffer.concat(pieces).toString('utf8');
}
