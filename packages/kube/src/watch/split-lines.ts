import { KubeError } from '../errors.js';

const lineFeed = 10;

/** No object that an API server stores comes near this; a line that does is not an event. */
const maxLine = 32 * 1024 * 1024;

/** As much of an unfinished event as shows what it is. */
const shownOfRest = 100;

/**
 * Cuts a byte stream at line feeds, on bytes, so that a character split between two pieces stays whole and each line is
 * decoded once. Yields the lines of each piece together. Throws when the stream ends inside a line.
 */
export async function* splitLines(
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly string[], void, undefined> {
  let rest: Buffer[] = [];
  let restSize = 0;
  for await (const piece of pieces) {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    const lines: string[] = [];
    let start = 0;
    for (let end = bytes.indexOf(lineFeed); end !== -1; end = bytes.indexOf(lineFeed, start)) {
      const tail = bytes.subarray(start, end);
      lines.push((restSize === 0 ? tail : Buffer.concat([...rest, tail])).toString('utf8'));
      [rest, restSize, start] = [[], 0, end + 1];
    }
    if (start < bytes.length) {
      rest.push(bytes.subarray(start));
      restSize += bytes.length - start;
    }
    if (restSize > maxLine) throw new KubeError('bad-answer', `watch: an event of more than ${maxLine} bytes`);
    if (lines.length > 0) yield lines;
  }
  if (restSize === 0) return;
  const beginning = Buffer.concat(rest).toString('utf8', 0, shownOfRest);
  throw new KubeError('unreachable', `watch: the stream ended inside an event: ${beginning}`);
}
