import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { dnsTypeNumbers, parseDnsQuery, renderDnsAnswer } from './dns-message.js';
import { createDnsRecords } from './dns-records.js';
import { answerDns } from './dns-server.js';

function query(name: string, type: number): Uint8Array {
  const labels = name.split('.').flatMap((label) => [label.length, ...Buffer.from(label)]);
  return Uint8Array.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...labels, 0, 0, type, 0, 1]);
}

describe('createDnsRecords', () => {
  it('replaces by name and type, whatever the case', () => {
    const records = createDnsRecords();
    records.set('Web.Test.', 'A', ['192.0.2.1'], 5);
    records.set('web.test', 'A', ['192.0.2.2'], 6);
    records.set('web.test', 'AAAA', ['2001:db8::1'], 7);
    expect(records.list()).toEqual([
      { name: 'web.test', type: 'A', values: ['192.0.2.2'], ttl: 6 },
      { name: 'web.test', type: 'AAAA', values: ['2001:db8::1'], ttl: 7 },
    ]);
    expect(records.delete('WEB.test')).toBe(true);
    expect(records.delete('web.test')).toBe(false);
  });

  it('follows aliases, and does not run in circles', () => {
    const records = createDnsRecords();
    records.set('www.test', 'CNAME', ['web.test'], 5);
    records.set('web.test', 'A', ['192.0.2.1'], 5);
    records.set('a.test', 'CNAME', ['b.test'], 5);
    records.set('b.test', 'CNAME', ['a.test'], 5);
    const answer = records.lookup('www.test', 'A');
    expect(answer.kind === 'found' && answer.records.map(({ type }) => type)).toEqual(['CNAME', 'A']);
    expect(records.lookup('a.test', 'A').kind).toBe('found');
    expect(records.lookup('web.test', 'AAAA')).toEqual({ kind: 'found', records: [] });
    expect(records.lookup('none.test', 'A')).toEqual({ kind: 'no-such-name' });
  });

  it.each([
    ['web.test', 'A', ['2001:db8::1'], 5],
    ['web.test', 'AAAA', ['192.0.2.1'], 5],
    ['web.test', 'CNAME', ['a.test', 'b.test'], 5],
    ['web.test', 'A', [], 5],
    ['web.test', 'A', ['192.0.2.1'], -1],
    ['web.test', 'A', ['192.0.2.1'], Number.NaN],
    ['a..b', 'A', ['192.0.2.1'], 5],
  ] as const)('refuses %s %s %j ttl %s', (name, type, values, ttl) => {
    expect(() => createDnsRecords().set(name, type, values, ttl)).toThrow();
  });
});

describe('answerDns', () => {
  const records = createDnsRecords();
  records.set('web.test', 'A', ['192.0.2.1'], 300);
  records.set('web.test', 'AAAA', ['2001:db8::ffff:1'], 300);

  it('answers byte for byte as RFC 1035 says', () => {
    const asked = query('WEB.test', dnsTypeNumbers.A);
    const answer = Buffer.from(answerDns(asked, records, 512)!).toString('hex');
    expect(answer).toBe(
      `123485800001000100000000035745420474657374000001000103776562047465737400000100010000012c0004c0000201`,
    );
  });

  it('writes IPv6 addresses', () => {
    const answer = Buffer.from(answerDns(query('web.test', dnsTypeNumbers.AAAA), records, 512)!);
    expect(answer.subarray(-16).toString('hex')).toBe('20010db80000000000000000ffff0001');
  });

  it('truncates what does not fit', () => {
    const parsed = parseDnsQuery(query('web.test', 1))!;
    const set = {
      name: 'web.test',
      type: 'A' as const,
      values: Array.from({ length: 40 }, (_, i) => `192.0.2.${i}`),
      ttl: 1,
    };
    const short = Buffer.from(renderDnsAnswer(parsed, 0, [set], 512));
    expect([short.readUInt16BE(2) & 0x0200, short.readUInt16BE(6)]).toEqual([0x0200, 0]);
    expect(Buffer.from(renderDnsAnswer(parsed, 0, [set], 65_535)).readUInt16BE(6)).toBe(40);
  });

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        answerDns(bytes, records, 512);
      }),
    );
    const whole = query('web.test', 1);
    for (let length = 0; length < whole.length; length++) expect(parseDnsQuery(whole.slice(0, length))).toBeUndefined();
  });
});
