import { expect, it } from 'vitest';
import { readText } from './read-text.js';

async function* pieces(count: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (let index = 0; index < count; index += 1) yield Buffer.from('äö');
}

it('reads what ends, with characters that were cut', async () => {
  const bytes = Buffer.from('äö');
  async function* cut(): AsyncGenerator<Uint8Array, void, undefined> {
    yield bytes.subarray(0, 1);
    yield bytes.subarray(1);
  }
  expect(await readText('GET /x', cut(), 4)).toBe('äö');
});

it('gives up on what does not end', async () => {
  await expect(readText('GET /x', pieces(Infinity), 1_000)).rejects.toMatchObject({
    code: 'bad-answer',
    message: 'GET /x: an answer of more than 1000 bytes',
  });
});
