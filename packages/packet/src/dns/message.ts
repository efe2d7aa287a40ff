import type { Ipv4Address, Ipv6Address } from '@antrea-ts/net-types';

/**
 * A DNS message (RFC 1035). Names are text without the final dot, the root is `.`; a dot or backslash within a label
 * is escaped by a backslash, bytes that are not printable ASCII as `\ddd`. Case is kept.
 */
export interface DnsMessage {
  readonly id: number;
  readonly response: boolean;
  /** 0: a standard query. */
  readonly opcode: number;
  readonly authoritative: boolean;
  /** The answer did not fit; ask again over TCP. */
  readonly truncated: boolean;
  readonly recursionDesired: boolean;
  readonly recursionAvailable: boolean;
  readonly authenticData: boolean;
  readonly checkingDisabled: boolean;
  /** See `dnsRcodes`. */
  readonly rcode: number;
  readonly questions: readonly DnsQuestion[];
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
}

export interface DnsQuestion {
  readonly name: string;
  /** See `dnsTypes`. */
  readonly type: number;
  readonly class: number;
}

/** Owner, class and life of a record. For OPT class and ttl carry other things (RFC 6891): UDP size, and flags. */
interface RecordHead {
  readonly name: string;
  readonly class: number;
  /** In seconds. */
  readonly ttl: number;
}

export type DnsRecord = RecordHead & DnsRecordData;

/** What a record says; tell them apart by `kind`. Records that are not known pass through. */
export type DnsRecordData =
  | { readonly kind: 'A'; readonly address: Ipv4Address }
  | { readonly kind: 'AAAA'; readonly address: Ipv6Address }
  | { readonly kind: 'CNAME' | 'NS' | 'PTR'; readonly target: string }
  | {
      readonly kind: 'SOA';
      readonly primary: string;
      readonly mailbox: string;
      readonly serial: number;
      readonly refresh: number;
      readonly retry: number;
      readonly expire: number;
      readonly minimum: number;
    }
  | { readonly kind: 'MX'; readonly preference: number; readonly exchange: string }
  | { readonly kind: 'TXT'; readonly strings: readonly Uint8Array[] }
  | {
      readonly kind: 'SRV';
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: string;
    }
  | { readonly kind: 'OPT'; readonly options: readonly { readonly code: number; readonly data: Uint8Array }[] }
  | { readonly kind: 'unknown'; readonly type: number; readonly data: Uint8Array };
