import type { Action, FieldMatch, SubField } from '@antrea-ts/openflow';

/**
 * The packet's private state while it walks the pipeline, bit for bit as 1.3 (pkg/agent/openflow/fields.go).
 *
 * ```
 *  reg0   0..3   packet source            16  output port found     18  hairpin       19  rewrite MAC
 *         20     Antrea policy deny       21..22  disposition       24..27  why the controller gets the packet
 *  reg1   0..31  target port
 *  reg2   0..31  scratch (static ARP responder)
 *  reg3   0..31  chosen Endpoint, IPv4; later the conjunction that denies
 *  reg4   0..15  chosen Endpoint's port   16..18  Service state
 *  reg5   egress conjunction that allowed, reg6 the ingress one
 *  reg7   0..15  scratch (choice of an Endpoint for UDP)
 *  xxreg3        chosen Endpoint, IPv6 (reg12..reg15)
 * ```
 */
export const registers = {
  packetSource: bits('reg0', 0, 4),
  outputPortFound: bits('reg0', 16, 1),
  hairpin: bits('reg0', 18, 1),
  rewriteMac: bits('reg0', 19, 1),
  policyDeny: bits('reg0', 20, 1),
  disposition: bits('reg0', 21, 2),
  controllerReason: bits('reg0', 24, 4),
  targetPort: bits('reg1', 0, 32),
  swap: bits('reg2', 0, 32),
  endpointIpv4: bits('reg3', 0, 32),
  /** The same bits: the Endpoint is not needed any more when policies decide. */
  denyingConjunction: bits('reg3', 0, 32),
  endpointPort: bits('reg4', 0, 16),
  serviceState: bits('reg4', 16, 3),
  /** Port and state in one match. */
  endpointAndState: bits('reg4', 0, 19),
  endpointIpv6: bits('xxreg3', 0, 128),
  /** Keeps the end of the source's address while an Endpoint is chosen for UDP. */
  keptSource: bits('reg7', 0, 16),
  egressConjunction: bits('reg5', 0, 32),
  ingressConjunction: bits('reg6', 0, 32),
} as const;

/** Values of `registers.packetSource`. An unset register reads as `tunnel`. */
export const packetSource = { tunnel: 0, gateway: 1, pod: 2, uplink: 4 } as const;

/** Values of `registers.serviceState`. */
export const serviceState = { toSelect: 1, selected: 2, toLearn: 3 } as const;

/** Values of `registers.disposition`. */
export const disposition = { allow: 0, drop: 1, reject: 2 } as const;

/** Bits of `registers.controllerReason`. */
export const controllerReason = { logging: 1, reject: 2, deny: 4, dns: 8 } as const;

/** Conntrack zones per family, and the marks of a connection: a connection carries at most one. */
export const ctZone = { ipv4: 0xfff0, ipv6: 0xffe6 } as const;
/** Where packets are tracked again that leave by the gateway through which they came. */
export const turnedZone = { ipv4: 0xfff1, ipv6: 0xffe7 } as const;
export const ctMark = { fromGateway: 0x20, service: 0x21 } as const;

/** The mark that iptables puts on packets which the Node itself sends to Pods. */
export const hostLocalPacketMark = { value: 0x1, mask: 0x1 } as const;

/** Writes a value into bits of a register. */
export function load(field: SubField, value: number): Action {
  return { kind: 'reg_load', dst: field, value };
}

/** Matches a value in bits of a register. */
export function registerIs(field: SubField, value: number): FieldMatch {
  const shifted = (value << field.offset) >>> 0;
  if (field.bits === 32) return { field: field.field, value: shifted };
  return { field: field.field, value: shifted, mask: ((2 ** field.bits - 1) << field.offset) >>> 0 };
}

function bits(field: string, offset: number, count: number): SubField {
  return { field, offset, bits: count };
}
