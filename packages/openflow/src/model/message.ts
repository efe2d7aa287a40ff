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
}

/** A flow with its counters, out of a flow-stats reply. */
export interface FlowStats extends Flow {
  readonly packets: bigint;
  readonly bytes: bigint;
  readonly durationSeconds: number;
}
