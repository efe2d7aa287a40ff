import { formatIp, ipFromValue, parseIp, type Ipv4Address, type Ipv6Address } from '@antrea-ts/net-types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PacketError } from '../errors.js';
import { buildDns } from './build-dns.js';
import type { DnsMessage } from './message.js';
import { parseDns } from './parse-dns.js';
import { dnsTypes } from './types.js';

const u16 = fc.nat(65535);
const u32 = fc.nat(0xffff_ffff);
const flag = fc.boolean();
const kind = <K extends string>(value: K): fc.Arbitrary<K> => fc.constant(value);
const label = fc.oneof(
  fc.constantFrom('www', 'example', 'com', '_http', 'a'),
  fc.stringMatching(/^[!-\-/-[\]-~]{1,12}$/),
  fc.constantFrom(String.raw`with\.dot`, String.raw`with\\backslash`, String.raw`\000\255`, String.raw`\032`),
);
const name = fc.array(label, { maxLength: 5 }).map((labels) => labels.join('.') || '.');
const data = fc.uint8Array({ maxLength: 20 });
const recordData = fc.oneof(
  fc.record({ kind: kind('A'), address: u32.map((value) => ipFromValue('ipv4', value) as Ipv4Address) }),
  fc.record({
    kind: kind('AAAA'),
    address: fc.bigInt(0n, 2n ** 128n - 1n).map((v) => ipFromValue('ipv6', v) as Ipv6Address),
  }),
  fc.record({ kind: fc.constantFrom('CNAME' as const, 'NS' as const, 'PTR' as const), target: name }),
  fc.record({
    kind: kind('SOA'),
    primary: name,
    mailbox: name,
    serial: u32,
    refresh: u32,
    retry: u32,
    expire: u32,
    minimum: u32,
  }),
  fc.record({ kind: kind('MX'), preference: u16, exchange: name }),
  fc.record({ kind: kind('TXT'), strings: fc.array(data, { maxLength: 3 }) }),
  fc.record({ kind: kind('SRV'), priority: u16, weight: u16, port: u16, target: name }),
  fc.record({ kind: kind('OPT'), options: fc.array(fc.record({ code: u16, data }), { maxLength: 3 }) }),
  fc.record({ kind: kind('unknown'), type: fc.integer({ min: 256, max: 65535 }), data }),
);
const records = fc.array(
  fc.tuple(fc.record({ name, class: u16, ttl: u32 }), recordData).map(([head, rest]) => ({ ...head, ...rest })),
  { maxLength: 4 },
);
const messages: fc.Arbitrary<DnsMessage> = fc.record({
  id: u16,
  response: flag,
  opcode: fc.nat(15),
  authoritative: flag,
  truncated: flag,
  recursionDesired: flag,
  recursionAvailable: flag,
  authenticData: flag,
  checkingDisabled: flag,
  rcode: fc.nat(15),
  questions: fc.array(fc.record({ name, type: u16, class: u16 }), { maxLength: 2 }),
  answers: records,
  authorities: records,
  additionals: records,
});

/** `www.example.com` A, answered by a CNAME and an address, as a resolver sends it. */
const answer = Uint8Array.from(
  Buffer.from(
    '12348180000100020000000003777777076578616d706c6503636f6d0000010001' +
      'c00c000500010000012c000603636461c010' +
      'c02d000100010000003c00045db8d822',
    'hex',
  ),
);

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof PacketError) return error.code;
    throw error;
  }
}

/** A message with one question whose name is these bytes; they begin at offset 12. */
const withName = (...bytes: number[]): Uint8Array =>
  Uint8Array.from([0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...bytes, 0, 1, 0, 1]);

describe('parseDns', () => {
  it('reads an answer with compressed names', () => {
    const message = parseDns(answer);
    expect(message).toMatchObject({ id: 0x1234, response: true, recursionAvailable: true, rcode: 0 });
    expect(message.questions).toEqual([{ name: 'www.example.com', type: dnsTypes.A, class: 1 }]);
    expect(message.answers).toMatchObject([
      { kind: 'CNAME', name: 'www.example.com', ttl: 300, target: 'cda.example.com' },
      { kind: 'A', name: 'cda.example.com', ttl: 60, address: parseIp('93.184.216.34') },
    ]);
  });

  it('is undone by buildDns', () => {
    expect(buildDns(parseDns(answer))).toEqual(answer);
    fc.assert(
      fc.property(messages, (message) => {
        const built = buildDns(message);
        expect(parseDns(built)).toEqual(message);
        expect(buildDns(parseDns(built))).toEqual(built);
      }),
      { numRuns: 300 },
    );
  });

  it('throws nothing but its own error, whatever the bytes, and what it reads can be written', () => {
    const changed = fc
      .tuple(messages, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 }), fc.nat())
      .map(([message, changes, cut]) => {
        const bytes = buildDns(message).slice();
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        return bytes.subarray(0, bytes.length - (cut % 4));
      });
    const random = fc
      .uint8Array({ maxLength: 100 })
      .map((rest) => Uint8Array.from([0, 0, 0, 0, 0, 2, 0, 2, 0, 2, 0, 2, ...rest]));
    fc.assert(
      fc.property(fc.oneof(changed, random, fc.uint8Array({ maxLength: 40 })), (bytes) => {
        expect([undefined, 'truncated', 'malformed']).toContain(codeOf(() => buildDns(parseDns(bytes))));
      }),
      { numRuns: 3000 },
    );
  });

  it.each<[string, number[]]>([
    ['a pointer to itself', [0xc0, 12]],
    ['a pointer forwards', [0xc0, 14, 0]],
    ['a pointer beyond the end', [0xff, 0xff]],
    ['a label that points to its own name', [1, 0x61, 0xc0, 12]],
    ['a label of the reserved kind', [0x40, 0]],
  ])('refuses %s', (_, bytes) => expect(codeOf(() => parseDns(withName(...bytes)))).toBe('malformed'));

  it('refuses names of more than 255 bytes, whole or by pointers', () => {
    const label = [63, ...Array<number>(63).fill(0x61)];
    expect(codeOf(() => parseDns(withName(...label, ...label, ...label, 61, ...label.slice(3), 0)))).toBeUndefined();
    expect(codeOf(() => parseDns(withName(...label, ...label, ...label, ...label, 0)))).toBe('malformed');
    const first = [...label, ...label, 0];
    const twoNames = withName(...first, 0, 1, 0, 1, ...label, ...label, 0xc0, 12);
    twoNames[5] = 2;
    expect(codeOf(() => parseDns(twoNames))).toBe('malformed');
  });

  it('refuses endless chains of pointers without going down each', () => {
    const count = 8000;
    const chain = withName(
      0,
      0,
      1,
      0,
      1,
      0,
      ...Array.from({ length: count }, (_, i) => [0xc0 | ((16 + i * 2) >> 8), (16 + i * 2) & 255]).flat(),
    );
    chain[5] = 0;
    chain[7] = 1;
    const bytes = Uint8Array.from([...chain.subarray(0, 12), 0xc0, 12, ...chain.subarray(14)]);
    expect(codeOf(() => parseDns(bytes))).toBe('malformed');
    // The name begins with the last pointer of a chain that was put into the data of a record of unknown type.
    const record = [0, 255, 0, 0, 1, 0, 0, 0, 0, 0x3e, 0x80];
    const hops = Array.from({ length: count }, (_, i) => 12 + 11 + (i - 1) * 2).flatMap((at) => [
      0xc0 | (at >> 8),
      at & 255,
    ]);
    const last = 12 + 11 + (count - 1) * 2;
    const deep = Uint8Array.from([
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      2,
      0,
      0,
      0,
      0,
      ...record,
      ...hops,
      0xc0 | (last >> 8),
      last & 255,
      0,
      1,
      0,
      1,
      0,
      0,
      0,
      0,
      0,
      0,
    ]);
    deep[23] = 0xc0;
    deep[24] = 12;
    expect(codeOf(() => parseDns(deep))).toBe('malformed');
  });

  it('reads a message full of pointers to one long name in time', () => {
    const labels = Array.from({ length: 127 }, () => [1, 0x61]).flat();
    const records = Array.from({ length: 5400 }, () => [0xc0, 12, 0, 99, 0, 1, 0, 0, 0, 0, 0, 0]).flat();
    const bytes = Uint8Array.from([
      0,
      1,
      0x81,
      0x80,
      0,
      1,
      0x15,
      0x18,
      0,
      0,
      0,
      0,
      ...labels,
      0,
      0,
      1,
      0,
      1,
      ...records,
    ]);
    const { answers } = parseDns(bytes);
    expect(answers).toHaveLength(5400);
    expect(answers.at(-1)?.name).toHaveLength(253);
  });

  it('passes data of a known type through that has another form, and tells cut messages from wrong ones', () => {
    const short = answer.slice();
    short[short.length - 5] = 3;
    expect(parseDns(short).answers[1]).toMatchObject({ kind: 'unknown', type: dnsTypes.A, data: { length: 3 } });
    expect(codeOf(() => parseDns(answer.subarray(0, -1)))).toBe('truncated');
    const wrong = answer.slice();
    wrong[44] = 3;
    expect(codeOf(() => parseDns(wrong))).toBe('malformed');
  });

  it('does not read the data of a record beyond its length, although bytes follow', () => {
    const record = { name: 'a', class: 1, ttl: 1, kind: 'CNAME', target: 'bcd' } as const;
    const bytes = buildDns({ id: 1, answers: [record] });
    bytes[bytes.length - 6] = 3;
    expect(codeOf(() => parseDns(bytes))).toBe('malformed');
  });
});

describe('buildDns', () => {
  it('writes a name once and points to it', () => {
    const record = {
      name: 'a.example.com',
      class: 1,
      ttl: 1,
      kind: 'A',
      address: parseIp('10.0.0.1') as Ipv4Address,
    } as const;
    const one = buildDns({ id: 1, answers: [record] });
    const two = buildDns({ id: 1, answers: [record, { ...record, name: 'b.example.com' }] });
    expect(two.length - one.length).toBe(2 + 2 + 14);
    expect(parseDns(two).answers.map((answer) => answer.kind === 'A' && formatIp(answer.address))).toEqual([
      '10.0.0.1',
      '10.0.0.1',
    ]);
  });

  it.each(['', '..', 'a..b', 'x'.repeat(64), Array<string>(65).fill('abc').join('.'), 'ä€', String.raw`\999`, 'end\\'])(
    'refuses the name "%s"',
    (name) => expect(codeOf(() => buildDns({ id: 1, questions: [{ name, type: 1, class: 1 }] }))).toBe('invalid-field'),
  );

  it('points only as far as pointers reach', () => {
    const filler = { name: '.', class: 1, ttl: 1, kind: 'unknown', type: 99, data: new Uint8Array(16_400) } as const;
    const late = { name: 'late.example', class: 1, ttl: 1, kind: 'NS', target: 'ns.late.example' } as const;
    const message = { id: 1, answers: [filler, late, late] };
    expect(parseDns(buildDns(message)).answers).toEqual(message.answers);
  });

  it('takes a final dot', () => {
    const [question] = parseDns(
      buildDns({ id: 1, questions: [{ name: 'example.com.', type: 1, class: 1 }] }),
    ).questions;
    expect(question?.name).toBe('example.com');
  });
});
