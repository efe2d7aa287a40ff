import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isOvsdbError } from './errors.js';
import { encodeJson, JsonFraming } from './framing.js';
import type { JsonObject } from './json.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const message = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()) as fc.Arbitrary<JsonObject>;
const spaces = fc.stringMatching(/^[ \n\r\t]{0,3}$/);
/** What JSON itself makes of a value; `-0` and the like do not survive it. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function pushAll(framing: JsonFraming, chunks: readonly Uint8Array[]): JsonObject[] {
  return chunks.flatMap((chunk) => [...framing.push(chunk)]);
}

function cut(whole: Uint8Array, points: readonly number[]): Uint8Array[] {
  const sorted = [0, ...points.map((point) => point % (whole.length + 1)), whole.length].sort((a, b) => a - b);
  return sorted.slice(1).map((end, index) => whole.subarray(sorted[index], end));
}

describe('messages come out as they were, wherever the stream is cut', () => {
  test('any messages, any cuts', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(message, spaces)), fc.array(fc.nat()), (messages, points) => {
        const whole = bytes(messages.map(([value, space]) => JSON.stringify(value) + space).join(''));
        const framing = new JsonFraming();
        expect(pushAll(framing, cut(whole, points)).map(plain)).toEqual(messages.map(([value]) => plain(value)));
        expect(framing.buffered).toBe(0);
      }),
    );
  });

  test('byte by byte, with braces, quotes and long characters in strings', () => {
    const text = '{"a":"}{\\"\\\\","b":["]",{"ü€😀":"\\u0022"}]}';
    const framing = new JsonFraming();
    const twice = bytes(`${text}${text}`);
    const chunks = Array.from(twice, (_, at) => twice.subarray(at, at + 1));
    expect(pushAll(framing, chunks)).toEqual([JSON.parse(text), JSON.parse(text)]);
  });

  test('a read buffer may be reused by its owner', () => {
    const framing = new JsonFraming();
    const buffer = bytes('{"a":');
    expect([...framing.push(buffer)]).toEqual([]);
    buffer.fill(0);
    expect([...framing.push(bytes('1}'))]).toEqual([{ a: 1 }]);
  });
});

describe('what is no JSON-RPC is refused', () => {
  test.each([
    ['garbage before an object', 'x{}'],
    ['an array', '[]'],
    ['a bare number', '1'],
    ['brackets that do not match', '{"a":[}]'],
    ['a trailing comma', '{"a":1,}'],
    ['hostile depth', `{"a":${'['.repeat(1_000)}`],
  ])('%s', (_, text) => {
    expect(() => [...new JsonFraming().push(bytes(text))]).toThrow(expect.objectContaining({ code: 'malformed' }));
  });

  test('bytes that are not UTF-8', () => {
    const broken = Uint8Array.of(...bytes('{"a":"'), 0xff, ...bytes('"}'));
    expect(() => [...new JsonFraming().push(broken)]).toThrow(expect.objectContaining({ code: 'malformed' }));
  });

  test('a message beyond the bound, in one piece or many, complete or not', () => {
    const long = bytes(`{"a":"${'x'.repeat(200)}"}`);
    for (const chunks of [[long], cut(long, [50, 100, 150]), [long.subarray(0, 150)]]) {
      const framing = new JsonFraming({ maxMessageBytes: 100 });
      expect(() => pushAll(framing, chunks)).toThrow(expect.objectContaining({ code: 'too large' }));
      expect(framing.buffered).toBeLessThanOrEqual(100);
    }
  });

  test('any bytes end in messages or a typed error', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (chunks) => {
        try {
          pushAll(new JsonFraming({ maxMessageBytes: 100 }), [bytes('{'), ...chunks]);
        } catch (error) {
          expect(isOvsdbError(error, 'malformed', 'too large')).toBe(true);
        }
      }),
    );
  });
});

test('a message is encoded as JSON without a delimiter', () => {
  expect(new TextDecoder().decode(encodeJson({ method: 'echo', params: [], id: 1 }))).toBe(
    '{"method":"echo","params":[],"id":1}',
  );
});
