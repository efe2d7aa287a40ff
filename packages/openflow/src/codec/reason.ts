import type { PacketInReason } from '../model/action.js';

const names = ['no_match', 'action', 'invalid_ttl'] as const;

export function packetInReason(code: number): PacketInReason {
  return names[code] ?? code;
}

export function packetInReasonCode(reason: PacketInReason): number {
  return typeof reason === 'number' ? reason : names.indexOf(reason);
}
