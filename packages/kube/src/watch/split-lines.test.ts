import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitLines } from './split-lines.js';

async function* piecesOf(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  let start = 0;
  for (const cut of [...new Set(cuts)].sort((left, right) => left - right)) {
    yield bytes.subarray(start, Math.min(cut, bytes.length));
    start = Math.min(cut, bytes.length);
  }
  yield bytes.subarray(start);
}

async function linesOf(bytes: Buffer, cuts: readonly number[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const some of splitLines(piecesOf(bytes, cuts))) lines.push(...some);
  return lines;
}

describe('splitLines', () => {
  it('property: gives the same lines however the stream is cut', async () => {
    const line = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\n'));
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.array(fc.nat(200)), async (lines, cuts) => {
        const bytes = Buffer.from(lines.map((each) => `${each}\n`).join(''));
        expect(await linesOf(bytes, cuts)).toEqual(lines);
      }),
    );
  });

  it('refuses a stream that ends inside a line', async () => {
    await expect(linesOf(Buffer.from('whole\nhal'), [3, 7])).rejects.toMatchObject({
      code: 'unreachable',
      message: 'watch: the stream ended inside an event: hal',
    });
  });
});
