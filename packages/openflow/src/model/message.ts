import type { Action, Flow, PacketInReason } from './action.js';
import type { Match } from './field.js';

export type FlowCommand = 'add' | 'modify' | 'modify_strict' | 'delete' | 'delete_strict';

export interface FlowMod extends Flow {
  readonly type: 'flow_mod';
  readonly command: FlowCommand;
  /** Which bits of `cookie` a modify or delete compares; absent: none. */
  readonly cookieMask?: bigint;
  readonly bufferId?: number;
  readonly outPort?: number;
  readonly outGroup?: number;
}

export interface Bucket {
  /** Absent: 1 in a `select` group, 0 in others. */
  readonly weight?: number;
  readonly watchPort?: number;
  readonly watchGroup?: number;
  readonly actions: readonly Action[];
}

export type GroupType = 'all' | 'select' | 'indirect' | 'fast_failover';

export interface Group {
  readonly group: number;
  readonly groupType: GroupType;
  readonly buckets: readonly Bucket[];
}

export interface GroupMod extends Group {
  readonly type: 'group_mod';
  readonly command: 'add' | 'modify' | 'delete';
}

export interface MeterBand {
  readonly kind: 'drop' | 'dscp_remark';
  readonly rate: number;
  readonly burst: number;
  readonly precedenceLevel?: number;
}

export interface Meter {
  readonly meter: number;
  /** `pktps` counts packets, else kilobits; `burst` makes the burst sizes of bands count. */
  readonly flags: readonly ('kbps' | 'pktps' | 'burst' | 'stats')[];
  readonly bands: readonly MeterBand[];
}

export interface MeterMod extends Meter {
  readonly type: 'meter_mod';
  readonly command: 'add' | 'modify' | 'delete';
}

export interface PacketOut {
  readonly type: 'packet_out';
  readonly bufferId?: number;
  readonly inPort: number;
  readonly actions: readonly Action[];
  readonly data: Uint8Array;
}

/** OFPT_PACKET_IN and NXT_PACKET_IN2, in one shape. */
export interface PacketIn {
  readonly type: 'packet_in';
  readonly reason: PacketInReason;
  readonly table: number;
  readonly cookie: bigint;
  readonly bufferId?: number;
  readonly totalLength: number;
  /** Pipeline fields of the packet when it was sent: `in_port`, registers, tunnel and conntrack fields. */
  readonly metadata: Match;
  readonly data: Uint8Array;
  /** Only with NXT_PACKET_IN2. */
  readonly userdata?: Uint8Array;
  /** Only with NXT_PACKET_IN2 of a paused packet: opaque, returned by NXT_RESUME. */
  readonly continuation?: Uint8Array;
  /** How it goes on the wire; `packet_in2` where absent and `userdata` or `continuation` is there. */
  readonly format?: 'packet_in' | 'packet_in2';
}

/** A flow with its counters, out of a flow-stats reply. */
export interface FlowStats extends Flow {
  readonly packets: bigint;
  readonly bytes: bigint;
  readonly durationSeconds: number;
  readonly durationNanoseconds?: number;
}

export interface Hello {
  readonly type: 'hello';
  /** Wire versions that the sender speaks (4 is OpenFlow 1.3). */
  readonly versions: readonly number[];
}

/** OFPT_ERROR. `vendor` is 0 for OpenFlow's own types, else the id behind an experimenter error, which has no `code`. */
export interface ErrorMessage {
  readonly type: 'error';
  readonly vendor: number;
  readonly errorType: number;
  readonly code: number;
  /** As Open vSwitch names it (`OFPFMFC_BAD_TABLE_ID`), or `type 1 code 2` where it has no name. */
  readonly name: string;
  /** The start of the message that was refused. */
  readonly data: Uint8Array;
}

export interface Echo {
  readonly type: 'echo_request' | 'echo_reply';
  readonly data: Uint8Array;
}

/** Messages that are their header. */
export interface EmptyMessage {
  readonly type:
    | 'features_request'
    | 'get_config_request'
    | 'barrier_request'
    | 'barrier_reply'
    | 'get_async_request'
    | 'tlv_table_request';
}

/** A message of an organisation (or a message of one of ours) that the codec does not know. */
export interface Experimenter {
  readonly type: 'experimenter';
  readonly vendor: number;
  readonly subtype: number;
  readonly data: Uint8Array;
}

/** A message type that the codec does not know, or a known one in another protocol version; body without header. */
export interface UnknownMessage {
  readonly type: 'unknown';
  readonly version: number;
  readonly messageType: number;
  readonly body: Uint8Array;
}

export interface FeaturesReply {
  readonly type: 'features_reply';
  readonly datapathId: bigint;
  readonly buffers: number;
  readonly tables: number;
  readonly auxiliaryId: number;
  /** `OFPC_*` bits. */
  readonly capabilities: number;
}

export interface SwitchConfig {
  readonly type: 'set_config' | 'get_config_reply';
  /** `OFPC_FRAG_*`. */
  readonly flags: number;
  readonly missSendLength: number;
}

export interface FlowRemoved {
  readonly type: 'flow_removed';
  readonly cookie: bigint;
  readonly priority: number;
  readonly reason: 'idle_timeout' | 'hard_timeout' | 'delete' | 'group_delete' | number;
  readonly table: number;
  readonly durationSeconds: number;
  readonly durationNanoseconds: number;
  readonly idleTimeout: number;
  readonly hardTimeout: number;
  readonly packets: bigint;
  readonly bytes: bigint;
  readonly match: Match;
}

/** `ofp_port`. Bit fields as in OpenFlow 1.3, 7.2.1. */
export interface Port {
  readonly port: number;
  readonly hardwareAddress: number;
  readonly name: string;
  readonly config: number;
  readonly state: number;
  readonly current: number;
  readonly advertised: number;
  readonly supported: number;
  readonly peer: number;
  readonly currentSpeed: number;
  readonly maxSpeed: number;
}

export interface PortStatus {
  readonly type: 'port_status';
  readonly reason: 'add' | 'delete' | 'modify' | number;
  readonly port: Port;
}

export interface PortMod {
  readonly type: 'port_mod';
  readonly port: number;
  readonly hardwareAddress: number;
  /** `OFPPC_*` bits, and which of them change. */
  readonly config: number;
  readonly mask: number;
  readonly advertise: number;
}

export interface Role {
  readonly type: 'role_request' | 'role_reply';
  readonly role: 'nochange' | 'equal' | 'master' | 'slave' | number;
  readonly generationId: bigint;
}

/** Bits of reasons, first for master and equal, second for slave controllers. */
export interface AsyncConfig {
  readonly type: 'set_async' | 'get_async_reply';
  readonly packetIn: readonly [number, number];
  readonly portStatus: readonly [number, number];
  readonly flowRemoved: readonly [number, number];
}

export type BundleControlType =
  | 'open_request'
  | 'open_reply'
  | 'close_request'
  | 'close_reply'
  | 'commit_request'
  | 'commit_reply'
  | 'discard_request'
  | 'discard_reply';

/** `atomic` is all or nothing, `ordered` keeps the order of the messages. */
export interface BundleFlags {
  readonly atomic?: boolean;
  readonly ordered?: boolean;
}

/** ONF extension 230, ONFT_BUNDLE_CONTROL. */
export interface BundleControl {
  readonly type: 'bundle_control';
  readonly bundle: number;
  readonly control: BundleControlType;
  readonly flags: BundleFlags;
}

/**
 * ONFT_BUNDLE_ADD_MESSAGE. The inner message gets the outer transaction id, as the extension asks. It may be given
 * as bytes that were encoded earlier.
 */
export interface BundleAdd {
  readonly type: 'bundle_add';
  readonly bundle: number;
  readonly flags: BundleFlags;
  readonly message: Message | Uint8Array;
}

/** NXT_SET_CONTROLLER_ID: which `controller(id=…)` actions come to this connection. */
export interface SetControllerId {
  readonly type: 'set_controller_id';
  readonly controllerId: number;
}

export interface SetPacketInFormat {
  readonly type: 'set_packet_in_format';
  readonly format: 'standard' | 'nxt_packet_in' | 'nxt_packet_in2';
}

/** One Geneve option and the `tun_metadata` field that carries it. */
export interface TlvMapping {
  readonly optionClass: number;
  readonly optionType: number;
  readonly optionLength: number;
  readonly index: number;
}

export interface TlvTableMod {
  readonly type: 'tlv_table_mod';
  readonly command: 'add' | 'delete' | 'clear';
  readonly mappings: readonly TlvMapping[];
}

export interface TlvTableReply {
  readonly type: 'tlv_table_reply';
  readonly maxOptionSpace: number;
  readonly maxFields: number;
  readonly mappings: readonly TlvMapping[];
}

/** Which flows a flow or aggregate request asks for. */
export interface FlowFilter {
  /** Absent: all tables. */
  readonly table?: number;
  readonly outPort?: number;
  readonly outGroup?: number;
  readonly cookie?: bigint;
  readonly cookieMask?: bigint;
  readonly match?: Match;
}

export type MultipartRequestBody =
  | {
      readonly kind:
        | 'desc'
        | 'table'
        | 'group_desc'
        | 'group_features'
        | 'meter_features'
        | 'port_desc'
        | 'table_features';
    }
  | ({ readonly kind: 'flow' | 'aggregate' } & FlowFilter)
  /** Absent id: all. */
  | { readonly kind: 'port_stats'; readonly port?: number }
  | { readonly kind: 'group_stats'; readonly group?: number }
  | { readonly kind: 'meter_stats' | 'meter_config'; readonly meter?: number }
  | { readonly kind: 'unknown'; readonly multipartType: number; readonly data: Uint8Array };

export interface SwitchDescription {
  readonly manufacturer: string;
  readonly hardware: string;
  readonly software: string;
  readonly serialNumber: string;
  readonly datapath: string;
}

export interface TableStats {
  readonly table: number;
  readonly activeFlows: number;
  readonly lookups: bigint;
  readonly matches: bigint;
}

export interface PortStats {
  readonly port: number;
  readonly rxPackets: bigint;
  readonly txPackets: bigint;
  readonly rxBytes: bigint;
  readonly txBytes: bigint;
  readonly rxDropped: bigint;
  readonly txDropped: bigint;
  readonly rxErrors: bigint;
  readonly txErrors: bigint;
  readonly rxFrameErrors: bigint;
  readonly rxOverErrors: bigint;
  readonly rxCrcErrors: bigint;
  readonly collisions: bigint;
  readonly durationSeconds: number;
  readonly durationNanoseconds: number;
}

export interface Counters {
  readonly packets: bigint;
  readonly bytes: bigint;
}

export interface GroupStats extends Counters {
  readonly group: number;
  readonly references: number;
  readonly durationSeconds: number;
  readonly durationNanoseconds: number;
  readonly buckets: readonly Counters[];
}

export interface MeterStats {
  readonly meter: number;
  readonly flows: number;
  readonly packetsIn: bigint;
  readonly bytesIn: bigint;
  readonly durationSeconds: number;
  readonly durationNanoseconds: number;
  readonly bands: readonly Counters[];
}

export interface MeterFeatures {
  readonly maxMeters: number;
  /** Bits by `OFPMBT_*` and `OFPMF_*`. */
  readonly bandTypes: number;
  readonly capabilities: number;
  readonly maxBands: number;
  readonly maxColor: number;
}

/** Four values, one per group type: all, select, indirect, fast failover. */
type PerGroupType = readonly [number, number, number, number];

export interface GroupFeatures {
  readonly types: number;
  readonly capabilities: number;
  readonly maxGroups: PerGroupType;
  /** Bits by action type. */
  readonly actions: PerGroupType;
}

export type MultipartReplyBody =
  | { readonly kind: 'desc'; readonly desc: SwitchDescription }
  | { readonly kind: 'flow'; readonly flows: readonly FlowStats[] }
  | { readonly kind: 'aggregate'; readonly packets: bigint; readonly bytes: bigint; readonly flows: number }
  | { readonly kind: 'table'; readonly tables: readonly TableStats[] }
  | { readonly kind: 'port_stats'; readonly ports: readonly PortStats[] }
  | { readonly kind: 'group_stats'; readonly groups: readonly GroupStats[] }
  | { readonly kind: 'group_desc'; readonly groups: readonly Group[] }
  | { readonly kind: 'group_features'; readonly features: GroupFeatures }
  | { readonly kind: 'meter_stats'; readonly meters: readonly MeterStats[] }
  | { readonly kind: 'meter_config'; readonly meters: readonly Meter[] }
  | { readonly kind: 'meter_features'; readonly features: MeterFeatures }
  | { readonly kind: 'port_desc'; readonly ports: readonly Port[] }
  | { readonly kind: 'unknown'; readonly multipartType: number; readonly data: Uint8Array };

export interface MultipartRequest {
  readonly type: 'multipart_request';
  readonly body: MultipartRequestBody;
}

/** One message of a multipart reply; `more`: the next message with this transaction id goes on. */
export interface MultipartReply {
  readonly type: 'multipart_reply';
  readonly more: boolean;
  readonly body: MultipartReplyBody;
}

/** Every message that the codec reads and writes. */
export type Message =
  | Hello
  | ErrorMessage
  | Echo
  | EmptyMessage
  | Experimenter
  | UnknownMessage
  | FeaturesReply
  | SwitchConfig
  | PacketIn
  | FlowRemoved
  | PortStatus
  | PacketOut
  | FlowMod
  | GroupMod
  | PortMod
  | MeterMod
  | MultipartRequest
  | MultipartReply
  | Role
  | AsyncConfig
  | BundleControl
  | BundleAdd
  | SetControllerId
  | SetPacketInFormat
  | TlvTableMod
  | TlvTableReply;
