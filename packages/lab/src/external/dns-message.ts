import type { DnsRecordSet } from './dns-records.js';
import { isIPv4 } from 'node:net';

/** The one question of a query. */
export interface DnsQuery {
  readonly id: number;
  readonly recursionDesired: boolean;
  readonly name: string;
  readonly type: number;
  /** The question as it came: it goes back with the answer, in the asker's spelling. */
  readonly question: Uint8Array;
}

export const dnsTypeNumbers = { A: 1, CNAME: 5, AAAA: 28 } as const;
export const rcode = { ok: 0, formatError: 1, nameError: 3, notImplemented: 4 } as const;

const headerLength = 12;

/** Reads a query (RFC 1035). `undefined` when it is none, or not whole. */
export function parseDnsQuery(message: Uint8Array): DnsQuery | undefined {
  if (message.length < headerLength) return undefined;
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const flags = view.getUint16(2);
  const isQuery = (flags & 0x8000) === 0 && (flags & 0x7800) === 0;
  if (!isQuery || view.getUint16(4) !== 1) return undefined;
  const labels: string[] = [];
  let at = headerLength;
  for (;;) {
    const length = message[at];
    // A question has no name to point to: a compressed one is malformed.
    if (length === undefined || length > 63) return undefined;
    at += 1;
    if (length === 0) break;
    labels.push(String.fromCharCode(...message.subarray(at, at + length)));
    at += length;
  }
  if (at + 4 > message.length) return undefined;
  return {
    id: view.getUint16(0),
    recursionDesired: (flags & 0x0100) !== 0,
    name: labels.join('.'),
    type: view.getUint16(at),
    question: message.slice(headerLength, at + 4),
  };
}

/** Renders the answer. Longer than `limit`: without records and marked as truncated, so that the asker takes TCP. */
export function renderDnsAnswer(
  query: DnsQuery,
  code: number,
  records: readonly DnsRecordSet[],
  limit: number,
): Uint8Array {
  const answers = records.flatMap((set) => set.values.map((value) => renderRecord(set, value)));
  const whole = headerLength + query.question.length + answers.reduce((sum, answer) => sum + answer.length, 0);
  const truncated = whole > limit;
  const sent = truncated ? [] : answers;
  const header = Buffer.alloc(headerLength);
  header.writeUInt16BE(query.id, 0);
  // Answer, authoritative; recursion is "available", or resolvers ask elsewhere.
  header.writeUInt16BE(0x8480 | (truncated ? 0x0200 : 0) | (query.recursionDesired ? 0x0100 : 0) | code, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(sent.length, 6);
  return Buffer.concat([header, query.question, ...sent]);
}

function renderRecord({ name, type, ttl }: DnsRecordSet, value: string): Buffer {
  const data = type === 'CNAME' ? renderName(value) : renderAddress(value);
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(dnsTypeNumbers[type], 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt32BE(ttl, 4);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([renderName(name), fixed, data]);
}

function renderName(name: string): Buffer {
  const labels = name.replace(/\.$/, '').split('.');
  return Buffer.concat([
    ...labels.flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)]),
    Buffer.from([0]),
  ]);
}

function renderAddress(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = address.split('::');
  const front = groups(head);
  const back = tail === undefined ? [] : groups(tail);
  const middle = Array.from({ length: 8 - front.length - back.length }, () => '0');
  return Buffer.from([...front, ...middle, ...back].map((group) => group.padStart(4, '0')).join(''), 'hex');
}

function groups(text: string): string[] {
  return text === '' ? [] : text.split(':').flatMap(mappedGroups);
}

/** `::ffff:192.0.2.1` ends in two groups. */
function mappedGroups(group: string): string[] {
  if (!group.includes('.')) return [group];
  const hex = Buffer.from(group.split('.').map(Number)).toString('hex');
  return [hex.slice(0, 4), hex.slice(4)];
}
