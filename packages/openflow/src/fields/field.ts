/** How `ovs-ofctl` writes a value of the field. */
export type FieldFormat =
  | 'decimal'
  | 'hex'
  | 'hex4'
  | 'ipv4'
  | 'ipv6'
  | 'mac'
  | 'port'
  | 'ct_state'
  | 'tcp_flags'
  | 'tun_flags'
  | 'frag';

/** What else a match must say before this field may appear in it (OpenFlow 1.3, 7.2.3.6). */
export interface Prerequisite {
  readonly etherTypes?: readonly number[];
  readonly protocol?: number;
}

/** A 32-bit OXM header without mask bit; `experimenter` follows it where the class is 0xffff. */
export interface FieldHeader {
  readonly header: number;
  readonly experimenter?: number;
}

/** One row of the registry. */
export interface Field {
  /** Name in matches, as `ovs-ofctl` prints it (`nw_src`), where the field has a name of its own there. */
  readonly name: string;
  /** Name in `set_field:…->NAME` and in `learn` (`ip_src`). */
  readonly setName: string;
  /** Name in `load`, `move` and other sub-field positions (`NXM_OF_IP_SRC`). */
  readonly wireName: string;
  /** Other accepted names. */
  readonly aliases: readonly string[];
  /** Bits that may be set. */
  readonly bits: number;
  /** All of these bits. */
  readonly all: number | bigint;
  /** Bytes on the wire. */
  readonly bytes: number;
  readonly format: FieldFormat;
  readonly maskable: boolean;
  /** Header in matches and `set_field` of OpenFlow 1.3. */
  readonly oxm: FieldHeader;
  /** Header inside Nicira actions, which prefer the older NXM numbers. */
  readonly nxm: FieldHeader;
  /** Length on the wire is the sender's choice (`tun_metadata`). */
  readonly variable: boolean;
  /** Position in a match as Open vSwitch writes it: prerequisites before what needs them. */
  readonly rank: number;
  readonly prerequisite: Prerequisite;
}
