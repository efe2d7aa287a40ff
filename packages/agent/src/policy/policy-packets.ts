import { tableDisplayName, tableIds } from '@antrea-ts/apis';
import type { PacketIn } from '@antrea-ts/openflow';
import type { OpenFlowConnection } from '@antrea-ts/ovs';
import { ipLayerOf, parsePacket, type Packet } from '@antrea-ts/packet';
import { formatIp, protocolName } from '@antrea-ts/net-types';
import { readPolicyPacket, type PolicyPacket } from '@antrea-ts/pipeline';
import type { Clock } from '@antrea-ts/reconcile';
import type { AuditLog } from './audit-log.js';
import { rejection, type LocalPods } from './reject.js';

/** The rule that a conjunction id stands for, as far as packets need it. */
export interface DecidingRule {
  /** `AntreaNetworkPolicy:default/deny-all`. */
  readonly policy: string;
  /** OpenFlow priority of its flow. */
  readonly priority: number;
}

interface Modules {
  readonly connection: Pick<OpenFlowConnection, 'packetOut' | 'congested'>;
  readonly ruleOf: (conjunctionId: number) => DecidingRule | undefined;
  readonly localPod: LocalPods;
  readonly audit: AuditLog;
  readonly clock: Clock;
}

/** Antrea 1.3 takes at most 100 packets a second for policies; the switch's meter lets 100 through, in bursts of 200. */
const rate = { perSecond: 200, burst: 400 };

/**
 * What the agent does with packets that policies send it: writes the audit log, and answers what is rejected. More than
 * it can take are dropped and counted: a flood costs a bounded time.
 */
export class PolicyPackets {
  readonly #modules: Modules;
  #tokens = rate.burst;
  #refilled: number;
  #dropped = 0;

  constructor(modules: Modules) {
    this.#modules = modules;
    this.#refilled = modules.clock.now();
  }

  /** Packets that were not looked at because too many came. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Takes a packet-in; false when no policy sent it. */
  handle(packetIn: PacketIn): boolean {
    const why = readPolicyPacket(packetIn);
    if (!why) return false;
    if (!this.#takeToken()) {
      this.#dropped += 1;
      return true;
    }
    const packet = parsePacket(packetIn.data);
    if (why.toReject) this.#reject(packetIn, packet);
    if (why.toLog) this.#log(why, packetIn.data, packet);
    return true;
  }

  #reject({ table, data, metadata }: PacketIn, packet: Packet): void {
    const { connection, localPod } = this.#modules;
    const answer = rejection(data, packet, localPod, {
      why: table === tableIds.ServiceLB ? 'nobody serves' : 'prohibited',
      cameFrom: inPortOf(metadata),
    });
    if (answer && !connection.congested) connection.packetOut(answer);
  }

  #log(why: PolicyPacket, bytes: Uint8Array, packet: Packet): void {
    const ip = ipLayerOf(packet);
    const rule = this.#modules.ruleOf(why.conjunctionId);
    if (!ip || !rule) return;
    const protocol = ip.kind === 'ipv4' ? ip.protocol : lastProtocolOf(packet, ip.nextHeader);
    this.#modules.audit.record({
      table: tableDisplayName(why.table),
      policy: rule.policy,
      action: why.disposition,
      priority: rule.priority,
      source: formatIp(ip.source),
      destination: formatIp(ip.destination),
      length: statedLength(bytes, packet, ip.kind),
      protocol: protocolName(protocol) ?? String(protocol),
    });
  }

  #takeToken(): boolean {
    const now = this.#modules.clock.now();
    this.#tokens = Math.min(rate.burst, this.#tokens + ((now - this.#refilled) / 1000) * rate.perSecond);
    this.#refilled = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

function inPortOf(metadata: PacketIn['metadata']): number | undefined {
  const found = metadata.find(({ field }) => field === 'in_port' || field === 'in_port_oxm');
  return found !== undefined && 'value' in found ? Number(found.value) : undefined;
}

/** The length that the header states: of the whole packet with IPv4, of the payload with IPv6. */
function statedLength(bytes: Uint8Array, packet: Packet, kind: 'ipv4' | 'ipv6'): number {
  const start = packet.offsets[packet.layers.findIndex((layer) => layer.kind === kind)] ?? 0;
  const at = start + (kind === 'ipv4' ? 2 : 4);
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** With IPv6 the protocol stands in the last extension header. */
function lastProtocolOf({ layers }: Packet, first: number): number {
  return layers.reduce((protocol, layer) => ('nextHeader' in layer ? layer.nextHeader : protocol), first);
}
