/**
 * A value of a match field, as one unsigned integer: `number` up to 48 bits (ports, IPv4 addresses, registers, MAC
 * addresses), `bigint` above (metadata, cookies, IPv6 addresses, xxregs, conntrack labels).
 * The field's registry row says which; text forms (dotted IPv4, MAC) exist only in `text/`.
 */
export type FieldValue = number | bigint;

/** One field of a match. `mask` absent means all bits. */
export interface FieldMatch {
  /**
   * Name of the field, spelled as `ovs-ofctl` prints it in a match (`nw_src`, `reg0`, `ct_state`). `tp_src`, `tp_dst`,
   * `icmp_type` and `icmp_code` take their protocol from `nw_proto` of the same match; other spellings
   * (`ip_src`, `tcp_dst`, `NXM_OF_IP_SRC`) are accepted, never produced.
   */
  readonly field: string;
  readonly value: FieldValue;
  readonly mask?: FieldValue;
  /** Bytes on the wire of a field of variable length (`tun_metadata`); absent: as many as the value needs. */
  readonly length?: number;
}

/** A match field that the registry does not know: kept byte for byte, so that a round trip loses nothing. */
export interface UnknownFieldMatch {
  readonly field: 'unknown';
  /** The 32-bit OXM header: class, field, has-mask bit, length. */
  readonly header: number;
  /** Experimenter id where the OXM class is 0xffff. */
  readonly experimenter?: number;
  readonly payload: Uint8Array;
}

/** All fields of a match; order does not matter to the switch. Prerequisites are explicit fields, as on the wire. */
export type Match = readonly (FieldMatch | UnknownFieldMatch)[];

/** Bits `offset .. offset + bits - 1` of a field, as in `NXM_NX_REG0[0..3]`. */
export interface SubField {
  readonly field: string;
  readonly offset: number;
  readonly bits: number;
}
