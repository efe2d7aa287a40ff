import { expect, it } from 'vitest';
import { dnsAnswerFrame } from './dns-answer.js';

it('is a whole frame: its length fields agree, its pointers lead to names', () => {
  const frame = Buffer.from(dnsAnswerFrame());
  expect(frame.readUInt16BE(12)).toBe(0x0800);
  expect(frame.readUInt16BE(16)).toBe(frame.length - 14);
  expect(frame.readUInt16BE(38)).toBe(frame.length - 34);
  const dns = frame.subarray(42);
  expect(dns.subarray(12, 34).toString('latin1')).toBe('\x03www\x04shop\x07example\x03com\0');
  // The answers' owner is the target of the CNAME.
  const lastOwner = dns.readUInt16BE(dns.length - 16) & 0x3fff;
  expect(dns.subarray(lastOwner, lastOwner + 22).toString('latin1')).toBe('\x04edge\x03cdn\x07example\x03net\0');
  expect([...dns.subarray(-4)]).toEqual([203, 0, 113, 12]);
});
