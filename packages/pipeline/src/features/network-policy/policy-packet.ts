import { tableIds } from '@antrea-ts/apis';
import type { Action, PacketIn } from '@antrea-ts/openflow';
import { controllerReason, load, registers } from '../../registers.js';

/** Why a policy sent a packet to the agent, and by which conjunction. */
export interface PolicyPacket {
  /** Table whose flow sent it. */
  readonly table: number;
  readonly disposition: 'Allow' | 'Drop' | 'Reject';
  /** 0 where no rule but the isolation of its Pod denied it. */
  readonly conjunctionId: number;
  readonly toLog: boolean;
  readonly toReject: boolean;
  /** Denied, and to be told to the flow exporter. */
  readonly toRecord: boolean;
}

const dispositions = ['Allow', 'Drop', 'Reject'] as const;
const egressTables: readonly number[] = [
  tableIds.AntreaPolicyEgressRule,
  tableIds.EgressRule,
  tableIds.EgressDefaultRule,
];

/** Reads the registers that came with a packet (Antrea 1.3, 8.2). Undefined when no policy sent it. */
export function readPolicyPacket(packet: PacketIn): PolicyPacket | undefined {
  const reg0 = registerValue(packet, 'reg0');
  const reason = fieldOf(reg0, registers.controllerReason);
  if ((reason & (controllerReason.logging | controllerReason.reject | controllerReason.deny)) === 0) return undefined;
  const disposition = dispositions[fieldOf(reg0, registers.disposition)] ?? 'Drop';
  return {
    table: packet.table,
    // A reject without logging does not write its disposition.
    disposition: (reason & controllerReason.reject) !== 0 ? 'Reject' : disposition,
    conjunctionId: registerValue(packet, conjunctionRegister(packet.table, reg0)),
    toLog: (reason & controllerReason.logging) !== 0,
    toReject: (reason & controllerReason.reject) !== 0,
    toRecord: (reason & controllerReason.deny) !== 0,
  };
}

/** What marks an answer to a rejected packet on its way through the pipeline: no policy judges it. */
export const rejectActions: readonly Action[] = [load(registers.controllerReason, controllerReason.reject)];

/** Beside those: the packet goes out of the port through which the rejected one came. */
export const turnBackActions: readonly Action[] = [load(registers.hairpin, 1)];

/** The register with the id: reg3 of what is denied, else that of its direction. */
function conjunctionRegister(table: number, reg0: number): string {
  if (fieldOf(reg0, registers.policyDeny) === 1) return registers.endpointIpv4.field;
  return egressTables.includes(table) ? registers.egressConjunction.field : registers.ingressConjunction.field;
}

function fieldOf(value: number, { offset, bits }: { readonly offset: number; readonly bits: number }): number {
  return (value >>> offset) & (2 ** bits - 1);
}

function registerValue({ metadata }: PacketIn, name: string): number {
  const found = metadata.find((match) => match.field === name);
  return found !== undefined && 'value' in found ? Number(found.value) : 0;
}
