import { gatewayOf, type Cidr, type IpAddress, type MacAddress } from '@antrea-ts/net-types';
import type { Flow } from '@antrea-ts/openflow';
import {
  ctState,
  inPort,
  priority,
  renderFlows,
  setDestinationMac,
  toCidr,
  toIp,
  type FlowSpec,
} from '../flow-builder.js';
import type { NodeProfile, UplinkPort } from '../profile.js';
import { load, packetSource, registers } from '../registers.js';
import type { Layout } from '../tables.js';
import { arpResponder } from './neighbours.js';
import { towards } from './port-flows.js';

/** The port of the bridge that is the host itself (OFPP_LOCAL). */
const localPort = 0xffff_fffe;

/**
 * A bridge that the physical adapter is a port of, as on Windows: the host's own traffic passes between the wire and
 * LOCAL. Where Nodes send to each other without a tunnel, what comes for local Pods enters the pipeline.
 */
export function uplinkFlows(profile: NodeProfile, layout: Layout): Flow[] {
  const { uplink } = profile;
  if (!uplink) return [];
  const arrival = profile.mode === 'noEncap' || profile.mode === 'hybrid' ? arrivalSpecs(uplink, layout) : [];
  return [
    ...hostFlows({ uplinkOfPort: uplink.ofPort, cookieRound: profile.cookieRound }),
    ...renderFlows(profile.cookieRound, 'Default', arrival),
  ];
}

/** What the host needs to reach anybody from behind the bridge; nothing else of the Node matters to it. */
export function hostFlows(node: { readonly uplinkOfPort: number; readonly cookieRound: number }): Flow[] {
  return renderFlows(node.cookieRound, 'Default', [
    through(node.uplinkOfPort, localPort),
    through(localPort, node.uplinkOfPort),
  ]);
}

function through(from: number, to: number): FlowSpec {
  return {
    table: 'Classification',
    priority: priority.normal,
    match: [inPort(from)],
    actions: [{ kind: 'output', port: to }],
  };
}

function arrivalSpecs({ ofPort, podCidrs }: UplinkPort, layout: Layout): FlowSpec[] {
  return podCidrs.map((cidr) => ({
    table: 'Classification',
    priority: priority.high,
    match: [inPort(ofPort), ...toCidr(cidr)],
    actions: [load(registers.packetSource, packetSource.uplink), load(registers.rewriteMac, 1)],
    goto: layout.connectionEntry,
  }));
}

/** A peer in the same subnet, whose Pods are reached by its MAC address: nothing of it passes the host's own stack. */
export interface DirectPeer {
  readonly podCidrs: readonly Cidr[];
  readonly mac: MacAddress;
  /** The peer's own address: answers to it take the same way. */
  readonly remote: IpAddress;
}

/** Flows for a direct peer. Throws where the bridge has no uplink: the caller chose a way that the Node does not have. */
export function directPeerFlows(profile: NodeProfile, { podCidrs, mac, remote }: DirectPeer): Flow[] {
  const { uplink } = profile;
  if (!uplink) throw new Error('pipeline: a direct peer needs an uplink on the bridge');
  const specs: FlowSpec[] = [
    {
      table: 'L3Forwarding',
      priority: priority.normal,
      match: [ctState({ rpl: true, trk: true }), ...toIp(remote)],
      actions: [setDestinationMac(mac)],
      goto: 'L2Forwarding',
    },
    // Ingress policy does not judge what leaves for the wire.
    towards(mac, uplink.ofPort, 'ConntrackCommit'),
  ];
  for (const cidr of podCidrs) {
    const gateway = gatewayOf(cidr);
    if (gateway.family === 'ipv4') specs.push(arpResponder(gateway));
    specs.push({
      table: 'L3Forwarding',
      priority: priority.normal,
      match: toCidr(cidr),
      actions: [setDestinationMac(mac)],
      goto: 'L2Forwarding',
    });
  }
  return renderFlows(profile.cookieRound, 'Node', specs);
}
