import { OpenflowError } from '../errors.js';
import type { Field } from '../fields/field.js';
import { unknownFields, wireFields } from '../fields/wire-match.js';
import type { FieldMatch, FieldValue, Match, UnknownFieldMatch } from '../model/field.js';
import type { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';
import { portFrom16 } from './constants.js';
import { valueFits } from './field-value.js';
import { readOxmHeader, readOxmValue, valueBytes, writeOxm } from './oxm.js';

const oxmMatchType = 1;
const vlanPresent = 0x1000;

/** Rows that exist once per protocol, by the name that `ovs-ofctl` uses in a match of that protocol. */
const protocolNames: Readonly<Record<string, readonly [string, number]>> = {
  tcp_src: ['tp_src', 6],
  tcp_dst: ['tp_dst', 6],
  udp_src: ['tp_src', 17],
  udp_dst: ['tp_dst', 17],
  sctp_src: ['tp_src', 132],
  sctp_dst: ['tp_dst', 132],
  icmpv6_type: ['icmp_type', 58],
  icmpv6_code: ['icmp_code', 58],
};

/** `ofp_match` with its padding (OpenFlow 1.3, 7.2.3). */
export function writeMatch(writer: WireWriter, match: Match): void {
  const start = writer.length;
  writer.u16(oxmMatchType);
  writer.u16(0);
  writeOxmFields(writer, match);
  writer.patchLength(start + 2, start);
  writer.padFrom(start, 8);
}

/** The fields alone, as NXT_PACKET_IN2 carries them. */
export function writeOxmFields(writer: WireWriter, match: Match): void {
  for (const { field, value, mask, length } of wireFields(match)) {
    writeOxm(writer, field, field.oxm, value, mask, length);
  }
  for (const { header, experimenter, payload } of unknownFields(match)) {
    writer.u32(header);
    if (experimenter !== undefined) writer.u32(experimenter);
    writer.bytes(payload);
  }
}

export function readMatch(reader: WireReader): Match {
  const type = reader.u16();
  const length = reader.u16();
  if (type !== oxmMatchType || length < 4) {
    throw new OpenflowError('malformed', `decode match: type ${type} with length ${length}`, {
      offset: reader.offset - 4,
    });
  }
  const match = readOxmFields(reader.sub(length - 4));
  reader.skipUpTo((8 - (length % 8)) % 8);
  return match;
}

/** Fields up to the end of `reader`. */
export function readOxmFields(reader: WireReader): Match {
  const match: (FieldMatch | UnknownFieldMatch)[] = [];
  let protocol: FieldValue | undefined;
  while (reader.remaining > 0) {
    const entry = readField(reader, protocol);
    if (entry.field === 'nw_proto') protocol = entry.value;
    match.push(entry);
  }
  return match;
}

function readField(reader: WireReader, protocol: FieldValue | undefined): FieldMatch | UnknownFieldMatch {
  const oxm = readOxmHeader(reader);
  const start = reader.offset;
  const bytes = oxm.field && valueBytes(oxm.field, oxm);
  if (oxm.field !== undefined && bytes !== undefined) {
    const { value, mask } = readOxmValue(reader, oxm.field, bytes, oxm.hasMask);
    if (valueFits(oxm.field, value)) {
      const entry = matchEntry(oxm.field, value, mask, protocol);
      return oxm.field.variable ? { ...entry, length: bytes } : entry;
    }
  }
  const { header, experimenter } = oxm;
  const payload = bytes === undefined ? reader.bytes(oxm.payload) : reader.since(start);
  return { field: 'unknown', header, payload, ...(experimenter === undefined ? {} : { experimenter }) };
}

/** A row with its value in the names and units of a match whose IP protocol is `protocol`. */
export function matchEntry(field: Field, value: FieldValue, mask?: FieldValue, protocol?: FieldValue): FieldMatch {
  if (field.name === 'ip_dscp') return { field: 'nw_tos', value: (Number(value) << 2) & 0xfc };
  if (field.name === 'in_port') return { field: 'in_port', value: portFrom16(Number(value)) };
  if (field.name === 'vlan_vid') return vlanEntry(Number(value), mask === undefined ? undefined : Number(mask));
  const name = matchName(field, protocol);
  return mask === undefined ? { field: name, value } : { field: name, value, mask };
}

function matchName({ name }: Field, protocol: FieldValue | undefined): string {
  if (name === 'in_port_oxm') return 'in_port';
  const short = protocolNames[name];
  return short !== undefined && short[1] === protocol ? short[0] : name;
}

function vlanEntry(vid: number, mask: number | undefined): FieldMatch {
  if (mask === undefined && (vid & vlanPresent) !== 0) return { field: 'dl_vlan', value: vid & 0xfff };
  return { field: 'vlan_tci', value: vid, mask: mask ?? 0x1fff };
}
