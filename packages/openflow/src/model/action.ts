import type { FieldValue, Match, SubField } from './field.js';

/** Why a packet was sent to the controller (`OFPR_*`). */
export type PacketInReason = 'no_match' | 'action' | 'invalid_ttl' | number;

/** Address and port range of a NAT action inside `ct`. Addresses are integers of the family's width. */
export interface NatRange {
  readonly family: 'ipv4' | 'ipv6';
  /** Absent: only ports change. */
  readonly addressMin?: FieldValue;
  readonly addressMax?: FieldValue;
  readonly portMin?: number;
  readonly portMax?: number;
}

/** One step of a `learn` action: a match of the new flow, or something that the new flow does. */
export type LearnSpec =
  | { readonly kind: 'match'; readonly src: SubField; readonly dst: SubField }
  | { readonly kind: 'match_value'; readonly value: FieldValue; readonly dst: SubField }
  | { readonly kind: 'load'; readonly src: SubField; readonly dst: SubField }
  | { readonly kind: 'load_value'; readonly value: FieldValue; readonly dst: SubField }
  | { readonly kind: 'output'; readonly src: SubField };

export interface LearnAction {
  readonly kind: 'learn';
  readonly table: number;
  readonly priority: number;
  readonly cookie: bigint;
  readonly idleTimeout?: number;
  readonly hardTimeout?: number;
  readonly finIdleTimeout?: number;
  readonly finHardTimeout?: number;
  readonly sendFlowRemoved?: boolean;
  readonly deleteLearned?: boolean;
  readonly specs: readonly LearnSpec[];
}

export interface CtAction {
  readonly kind: 'ct';
  readonly commit?: boolean;
  readonly force?: boolean;
  /** Zone number, or the bits of a field that hold it. */
  readonly zone: number | SubField;
  /** Table in which processing goes on with the tracked packet; absent: nothing goes on. */
  readonly table?: number;
  /** Helper by its well-known port: 21 (ftp), 69 (tftp). */
  readonly alg?: number;
  readonly nat?: NatAction;
  /** Actions that write `ct_mark` and `ct_label` of the connection. */
  readonly exec?: readonly Action[];
}

/** `nat` alone (neither `src` nor `dst`): apply the translation that the connection has. */
export interface NatAction {
  readonly kind: 'nat';
  readonly direction?: 'src' | 'dst';
  readonly range?: NatRange;
  readonly persistent?: boolean;
  readonly hash?: boolean;
  readonly random?: boolean;
}

export interface ControllerAction {
  readonly kind: 'controller';
  readonly maxLength?: number;
  readonly controllerId?: number;
  readonly reason?: PacketInReason;
  /** Present: the packet comes back as NXT_PACKET_IN2 with these bytes (needs NXAST_CONTROLLER2). */
  readonly userdata?: Uint8Array;
  readonly pause?: boolean;
  readonly meter?: number;
}

/** An action of an apply-actions or write-actions instruction, of a group bucket, or of a packet-out. */
export type Action =
  | { readonly kind: 'output'; readonly port: number; readonly maxLength?: number }
  | { readonly kind: 'output_field'; readonly src: SubField; readonly maxLength?: number }
  | { readonly kind: 'group'; readonly group: number }
  | { readonly kind: 'set_queue'; readonly queue: number }
  /** Without mask OFPAT_SET_FIELD, whatever the field; with mask NXAST_REG_LOAD2. */
  | {
      readonly kind: 'set_field';
      readonly field: string;
      readonly value: FieldValue;
      readonly mask?: FieldValue;
      /** Bytes on the wire of a field of variable length, as in `FieldMatch`. */
      readonly length?: number;
    }
  /** NXAST_REG_LOAD; more than 64 bits go as several. */
  | { readonly kind: 'reg_load'; readonly dst: SubField; readonly value: FieldValue }
  | { readonly kind: 'move'; readonly src: SubField; readonly dst: SubField }
  | { readonly kind: 'dec_ttl'; readonly controllerIds?: readonly number[] }
  | { readonly kind: 'push_vlan'; readonly etherType: number }
  | { readonly kind: 'pop_vlan' }
  | { readonly kind: 'push'; readonly src: SubField }
  | { readonly kind: 'pop'; readonly dst: SubField }
  | { readonly kind: 'resubmit'; readonly inPort?: number; readonly table?: number; readonly ct?: boolean }
  /** Clause numbers count from 1, as `conjunction(id,1/3)` does. */
  | { readonly kind: 'conjunction'; readonly id: number; readonly clause: number; readonly clauses: number }
  /** Free bytes; the wire pads them with zeros to 6, 14, 22, … */
  | { readonly kind: 'note'; readonly data: Uint8Array }
  | { readonly kind: 'ct_clear' }
  | CtAction
  | NatAction
  | LearnAction
  | ControllerAction
  /** An action that the registry does not know, whole and with its header: kept byte for byte. */
  | { readonly kind: 'unknown'; readonly data: Uint8Array };

export type Instruction =
  | { readonly kind: 'apply_actions'; readonly actions: readonly Action[] }
  | { readonly kind: 'write_actions'; readonly actions: readonly Action[] }
  | { readonly kind: 'clear_actions' }
  | { readonly kind: 'write_metadata'; readonly metadata: bigint; readonly mask?: bigint }
  | { readonly kind: 'goto_table'; readonly table: number }
  | { readonly kind: 'meter'; readonly meter: number }
  | { readonly kind: 'unknown'; readonly data: Uint8Array };

/** What a flow is, apart from any message that adds or removes it. */
export interface Flow {
  readonly table: number;
  readonly priority: number;
  readonly cookie: bigint;
  readonly match: Match;
  readonly instructions: readonly Instruction[];
  readonly idleTimeout?: number;
  readonly hardTimeout?: number;
  /** `OFPFF_*` bits. */
  readonly flags?: number;
}
