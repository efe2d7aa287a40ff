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

/** Names that `ovs-ofctl` uses in a match for rows that exist once per protocol. */
const matchNames: Readonly<Record<string, string>> = {
  in_port_oxm: 'in_port',
  tcp_src: 'tp_src',
  tcp_dst: 'tp_dst',
  udp_src: 'tp_src',
  udp_dst: 'tp_dst',
  sctp_src: 'tp_src',
  sctp_dst: 'tp_dst',
  icmpv6_type: 'icmp_type',
  icmpv6_code: 'icmp_code',
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
  while (reader.remaining > 0) match.push(readField(reader));
  return match;
}

function readField(reader: WireReader): FieldMatch | UnknownFieldMatch {
  const oxm = readOxmHeader(reader);
  const start = reader.offset;
  const bytes = oxm.field && valueBytes(oxm.field, oxm);
  if (oxm.field !== undefined && bytes !== undefined) {
    const { value, mask } = readOxmValue(reader, oxm.field, bytes, oxm.hasMask);
    if (valueFits(oxm.field, value)) {
      const entry = matchEntry(oxm.field, value, mask);
      return oxm.field.variable ? { ...entry, length: bytes } : entry;
    }
  }
  const { header, experimenter } = oxm;
  const payload = bytes === undefined ? reader.bytes(oxm.payload) : reader.since(start);
  return { field: 'unknown', header, payload, ...(experimenter === undefined ? {} : { experimenter }) };
}

/** A row with its value in the names and units of a match. */
export function matchEntry(field: Field, value: FieldValue, mask: FieldValue | undefined): FieldMatch {
  if (field.name === 'ip_dscp') return { field: 'nw_tos', value: (Number(value) << 2) & 0xfc };
  if (field.name === 'in_port') return { field: 'in_port', value: portFrom16(Number(value)) };
  if (field.name === 'vlan_vid') return vlanEntry(Number(value), mask === undefined ? undefined : Number(mask));
  const name = matchNames[field.name] ?? field.name;
  return mask === undefined ? { field: name, value } : { field: name, value, mask };
}

function vlanEntry(vid: number, mask: number | undefined): FieldMatch {
  if (mask === undefined && (vid & vlanPresent) !== 0) return { field: 'dl_vlan', value: vid & 0xfff };
  return { field: 'vlan_tci', value: vid, mask: mask ?? 0x1fff };
}
