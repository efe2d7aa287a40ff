import { isIPv4, isIPv6 } from 'node:net';
import { LabError } from '../errors.js';

export const dnsTypes = ['A', 'AAAA', 'CNAME'] as const;
export type DnsType = (typeof dnsTypes)[number];

export interface DnsRecordSet extends DnsAnswerSet {
  readonly type: DnsType;
}

/** Records of one name and type as they are answered. The value of an SRV record is its four fields, with blanks. */
export interface DnsAnswerSet {
  readonly name: string;
  readonly type: DnsType | 'SRV' | 'PTR';
  readonly values: readonly string[];
  /** Seconds. */
  readonly ttl: number;
}

export type DnsAnswer =
  /** The records, CNAMEs on the way first. Empty: the name exists, but not with this type. */
  { readonly kind: 'found'; readonly records: readonly DnsAnswerSet[] } | { readonly kind: 'no-such-name' };

/** What answers are taken from. Names are compared without regard to case or a last dot. */
export interface DnsSource {
  lookup(name: string, type: string): DnsAnswer;
}

/** The records of the outside's DNS server. */
export interface DnsRecords extends DnsSource {
  /** Replaces the records of this name and type. A CNAME stands alone, so it replaces all, and is replaced by all. */
  set(name: string, type: DnsType, values: readonly string[], ttl: number): void;
  /** Removes all records of a name; false when there were none. */
  delete(name: string): boolean;
  list(): readonly DnsRecordSet[];
}

const longestChain = 8;
const maxTtl = 2 ** 31 - 1;

export function createDnsRecords(): DnsRecords {
  const names = new Map<string, Map<DnsType, DnsRecordSet>>();

  return {
    set(name, type, values, ttl) {
      const record = checked({ name: canonicalName(name), type, values, ttl });
      const sets = names.get(record.name) ?? new Map<DnsType, DnsRecordSet>();
      if (type === 'CNAME') sets.clear();
      else sets.delete('CNAME');
      names.set(record.name, sets.set(type, record));
    },
    delete: (name) => names.delete(canonicalName(name)),
    list: () => [...names.values()].flatMap((sets) => [...sets.values()]),
    lookup(name, type) {
      const records: DnsRecordSet[] = [];
      let at = canonicalName(name);
      for (let step = 0; step < longestChain; step++) {
        const sets = names.get(at);
        // A chain that leads outside of what we know is still an answer.
        if (!sets) return records.length > 0 ? { kind: 'found', records } : { kind: 'no-such-name' };
        const alias = sets.get('CNAME');
        if (alias && type !== 'CNAME') {
          records.push(alias);
          at = canonicalName(alias.values[0]!);
          continue;
        }
        const record = sets.get(type as DnsType);
        return { kind: 'found', records: record ? [...records, record] : records };
      }
      return { kind: 'found', records };
    },
  };
}

export function canonicalName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

function checked(record: DnsRecordSet): DnsRecordSet {
  const { name, type, values, ttl } = record;
  if (!isName(name)) throw new LabError('usage', `"${name}" is not a DNS name`);
  if (!Number.isInteger(ttl) || ttl < 0 || ttl > maxTtl) throw new LabError('usage', `--ttl ${ttl}: must be seconds`);
  if (values.length === 0) throw new LabError('usage', `${type} ${name}: give at least one value`);
  const valid = { A: isIPv4, AAAA: isIPv6, CNAME: (value: string) => isName(canonicalName(value)) }[type];
  const wrong = values.find((value) => !valid(value));
  if (wrong !== undefined) {
    throw new LabError(
      'usage',
      `"${wrong}" is not ${type === 'CNAME' ? 'a DNS name' : type === 'A' ? 'an IPv4 address' : 'an IPv6 address'}`,
    );
  }
  if (type === 'CNAME' && values.length > 1) throw new LabError('usage', `CNAME ${name}: must have one value`);
  return record;
}

function isName(name: string): boolean {
  return name.length <= 253 && name.split('.').every((label) => /^[a-z0-9_*]([a-z0-9_-]{0,61}[a-z0-9])?$/.test(label));
}
