import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { flow, match, message } from './arbitraries.test-support.js';
import {
  decodeMessage,
  encodeMessage,
  flowKey,
  formatFlow,
  matchKey,
  normalizeMatch,
  OpenflowError,
  parseFlow,
  sameFlow,
  type FieldMatch,
  type FlowMod,
  type Message,
} from './index.js';

const runs = { numRuns: 500 };

/** Fields in a fixed order, for comparing what came back with what went in. */
function sorted<T>(value: T): T {
  const replace = (entry: unknown): unknown => {
    if (entry instanceof Uint8Array || typeof entry !== 'object' || entry === null) return entry;
    if (!Array.isArray(entry))
      return Object.fromEntries(Object.entries(entry).map(([key, inner]) => [key, replace(inner)]));
    const list = entry.map(replace);
    return list.every((item) => typeof item === 'object' && item !== null && 'field' in item)
      ? (list as FieldMatch[]).toSorted((a, b) => (a.field < b.field ? -1 : 1))
      : list;
  };
  return replace(value) as T;
}

test('messages survive encoding and decoding', () => {
  fc.assert(
    fc.property(message, fc.nat(), (original, xid) => {
      const bytes = encodeMessage(original, xid);
      const decoded = decodeMessage(bytes);
      expect(decoded.xid).toBe(xid);
      expect(sorted(decoded.message)).toEqual(sorted(original));
      expect(encodeMessage(decoded.message, xid)).toEqual(bytes);
    }),
    runs,
  );
});

test('flows survive their text', () => {
  fc.assert(
    fc.property(flow, (original) => {
      const text = formatFlow(original);
      const parsed = parseFlow(text);
      expect(formatFlow(parsed)).toBe(text);
      expect(sameFlow(parsed, original), text).toBe(true);
      expect(flowKey(parsed)).toBe(flowKey(original));
    }),
    runs,
  );
});

test('the order of fields does not matter', () => {
  fc.assert(
    fc.property(match, (fields) => {
      const reversed = fields.toReversed();
      expect(matchKey(reversed)).toBe(matchKey(fields));
      expect(normalizeMatch(reversed)).toEqual(normalizeMatch(fields));
      expect(normalizeMatch(normalizeMatch(fields))).toEqual(normalizeMatch(fields));
    }),
    runs,
  );
});

/** Whatever the bytes, there is an answer or the package's own error; an answer can be written again. */
function decodesOrRefuses(bytes: Uint8Array): void {
  let decoded: Message;
  try {
    decoded = decodeMessage(bytes).message;
  } catch (error) {
    expect(error).toBeInstanceOf(OpenflowError);
    return;
  }
  expect(decodeMessage(encodeMessage(decoded, 1)).message.type).toBe(decoded.type);
}

function withLength(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  copy[0] = 4;
  copy[2] = copy.length >>> 8;
  copy[3] = copy.length & 255;
  return copy;
}

test('random bytes are decoded or refused', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), decodesOrRefuses), runs);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 8, maxLength: 300 }), fc.nat({ max: 30 }), (bytes, type) => {
      const whole = withLength(bytes);
      whole[1] = type;
      decodesOrRefuses(whole);
    }),
    { numRuns: 3000 },
  );
});

const recorded = ['flow-mods.txt', 'group-mods.txt', 'replies.txt'].flatMap((name) =>
  readFileSync(new URL(`../corpus/${name}`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => Uint8Array.from(Buffer.from(line.split('\t').at(-1)!, 'hex')))
    .filter(({ length }) => length < 4000),
);

test('cut messages are decoded or refused', () => {
  for (const bytes of recorded) {
    for (let end = 0; end < Math.min(bytes.length, 400); end += 1) {
      decodesOrRefuses(bytes.slice(0, end));
      if (end >= 8) decodesOrRefuses(withLength(bytes.slice(0, end)));
    }
  }
});

test('messages with changed bytes are decoded or refused', () => {
  const change = fc.tuple(fc.nat(), fc.nat({ max: 255 }));
  fc.assert(
    fc.property(fc.constantFrom(...recorded), fc.array(change, { minLength: 1, maxLength: 4 }), (bytes, changes) => {
      const changed = bytes.slice();
      for (const [at, value] of changes) changed[8 + (at % Math.max(1, changed.length - 8))] = value;
      decodesOrRefuses(withLength(changed.slice(0, bytes.length)));
    }),
    { numRuns: 5000 },
  );
});

test('text is understood or refused', () => {
  const words = fc.constantFrom(
    'table=',
    'ip',
    ',',
    '(',
    ')',
    'nw_src',
    '=',
    '10.0.0.1/8',
    'actions=',
    'ct(',
    'nat(src=',
    'load:0x1->',
    'NXM_NX_REG0[0..3]',
    ':',
    '->',
    'learn(',
    ' ',
    '0x',
    'ipv6_src=fe80::',
    'controller(',
    '[',
    ']',
    '5',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(words).map((parts) => `${parts.join('')} actions=${parts.toReversed().join('')}`),
      ),
      (text) => {
        let parsed: FlowMod;
        try {
          parsed = { type: 'flow_mod', command: 'add', ...parseFlow(text) };
          encodeMessage(parsed, 1);
        } catch (error) {
          expect(error).toBeInstanceOf(OpenflowError);
          return;
        }
        expect(sameFlow(parseFlow(formatFlow(parsed)), parsed), text).toBe(true);
      },
    ),
    { numRuns: 3000 },
  );
});
