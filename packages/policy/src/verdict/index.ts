export type { DecidingRule, Decision, Intent, Packet, PacketProtocol, Verdict } from './intent.js';
export { judge } from './judge.js';
