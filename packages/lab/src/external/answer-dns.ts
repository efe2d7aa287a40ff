import {
  buildDns,
  dnsClassInternet,
  dnsRcodes,
  dnsTypes,
  PacketError,
  parseDns,
  type DnsMessage,
  type DnsQuestion,
  type DnsRecord,
} from '@antrea-ts/packet';
import { parseIp, type Ipv4Address, type Ipv6Address } from '@antrea-ts/net-types';
import type { DnsAnswerSet, DnsSource } from './dns-records.js';

/**
 * Answers one query from the records; `undefined` for what is no query. Longer than `limit` it goes without records and
 * marked as truncated, so that the asker takes TCP.
 */
export function answerDns(message: Uint8Array, records: DnsSource, limit: number): Uint8Array | undefined {
  const query = tryParseQuery(message);
  const [question] = query?.questions ?? [];
  if (!query || !question) return undefined;
  const found = records.lookup(question.name, typeName(question));
  const rcode = found.kind === 'no-such-name' ? dnsRcodes.nameError : dnsRcodes.noError;
  const answers = found.kind === 'found' ? found.records.flatMap(recordsOf) : [];
  const whole = render(query, question, { rcode, answers, truncated: false });
  return whole.length <= limit ? whole : render(query, question, { rcode, answers: [], truncated: true });
}

function tryParseQuery(bytes: Uint8Array): DnsMessage | undefined {
  try {
    const message = parseDns(bytes);
    return !message.response && message.opcode === 0 && message.questions.length === 1 ? message : undefined;
  } catch (error) {
    if (error instanceof PacketError) return undefined;
    throw error;
  }
}

function typeName({ type }: DnsQuestion): string {
  return Object.entries(dnsTypes).find(([, number]) => number === type)?.[0] ?? 'other';
}

function render(
  { id, recursionDesired }: DnsMessage,
  question: DnsQuestion,
  answer: Pick<DnsMessage, 'rcode' | 'answers' | 'truncated'>,
): Uint8Array {
  return buildDns({
    id,
    response: true,
    authoritative: true,
    recursionDesired,
    // Said to be available, or resolvers ask elsewhere.
    recursionAvailable: true,
    questions: [question],
    ...answer,
  });
}

function recordsOf({ name, type, ttl, values }: DnsAnswerSet): DnsRecord[] {
  const head = { name, class: dnsClassInternet, ttl };
  return values.map((value): DnsRecord => {
    switch (type) {
      case 'A':
        return { ...head, kind: 'A', address: parseIp(value) as Ipv4Address };
      case 'AAAA':
        return { ...head, kind: 'AAAA', address: parseIp(value) as Ipv6Address };
      case 'CNAME':
      case 'PTR':
        return { ...head, kind: type, target: value };
      case 'SRV': {
        const [priority, weight, port, target = ''] = value.split(' ');
        return {
          ...head,
          kind: 'SRV',
          priority: Number(priority),
          weight: Number(weight),
          port: Number(port),
          target,
        };
      }
    }
  });
}
