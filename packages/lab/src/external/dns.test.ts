import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { parseIp } from '@antrea-ts/net-types';
import { dnsTypes, parseDns } from '@antrea-ts/packet';
import { answerDns } from './answer-dns.js';
import { createDnsRecords } from './dns-records.js';

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

  it('answers in the spelling of the question, with the record behind it', () => {
    const answer = parseDns(answerDns(query('WEB.test', dnsTypes.A), records, 512)!);
    expect(answer).toMatchObject({ id: 0x1234, response: true, authoritative: true, rcode: 0 });
    expect(answer.questions).toEqual([{ name: 'WEB.test', type: 1, class: 1 }]);
    expect(answer.answers).toEqual([
      { kind: 'A', name: expect.stringMatching(/^web\.test$/i), class: 1, ttl: 300, address: parseIp('192.0.2.1') },
    ]);
  });

  it('says that a name does not exist', () => {
    expect(parseDns(answerDns(query('none.test', dnsTypes.A), records, 512)!)).toMatchObject({ rcode: 3, answers: [] });
  });

  it('writes IPv6 addresses', () => {
    const answer = Buffer.from(answerDns(query('web.test', dnsTypes.AAAA), records, 512)!);
    expect(answer.subarray(-16).toString('hex')).toBe('20010db80000000000000000ffff0001');
  });

  it('writes what the names of Services are answered with', () => {
    const found = [
      { name: '_http._tcp.web.test', type: 'SRV' as const, values: ['0 100 80 web.test'], ttl: 5 },
      { name: '1.2.0.192.in-addr.arpa', type: 'PTR' as const, values: ['web.test'], ttl: 5 },
    ];
    const source = { lookup: () => ({ kind: 'found' as const, records: found }) };
    expect(parseDns(answerDns(query('web.test', dnsTypes.SRV), source, 512)!).answers).toMatchObject([
      { kind: 'SRV', priority: 0, weight: 100, port: 80, target: 'web.test' },
      { kind: 'PTR', target: 'web.test' },
    ]);
  });

  it('truncates what does not fit', () => {
    const many = createDnsRecords();
    many.set(
      'web.test',
      'A',
      Array.from({ length: 40 }, (_, i) => `192.0.2.${i}`),
      1,
    );
    const asked = query('web.test', dnsTypes.A);
    expect(parseDns(answerDns(asked, many, 512)!)).toMatchObject({ truncated: true, answers: [] });
    expect(parseDns(answerDns(asked, many, 65_535)!)).toMatchObject({ truncated: false, answers: { length: 40 } });
  });

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        answerDns(bytes, records, 512);
      }),
    );
    const whole = query('web.test', 1);
    for (let length = 0; length < whole.length; length++)
      expect(answerDns(whole.slice(0, length), records, 512)).toBeUndefined();
  });
});
