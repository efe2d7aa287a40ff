import { tableIds } from '@antrea-ts/apis';
import type { Flow } from '@antrea-ts/openflow';
import { formatIp, parseIp } from '@antrea-ts/net-types';
import {
  ctState,
  ofFamily,
  priority,
  renderFlows,
  setDestinationMac,
  toIp,
  toMac,
  type FlowSpec,
} from '../../flow-builder.js';
import type { NodeProfile } from '../../profile.js';
import { ctMark, load, packetSource, registerIs, registers, turnedZone } from '../../registers.js';

/** The next hop of the host's routes to Services, and the source of what comes back to the host (as Antrea 1.4 and newer). */
export const virtualServiceAddresses = {
  ipv4: parseIp('169.254.0.253'),
  ipv6: parseIp('fc01::aabb:ccdd:eeff'),
} as const;

/** Where the host sends connections to its node ports. */
export const nodePortAddresses = {
  ipv4: formatIp(parseIp('169.254.0.252')),
  ipv6: formatIp(parseIp('fc01::aabb:ccdd:eefe')),
} as const;

/**
 * Connections that came in through the gateway and whose Endpoint is beyond it: another Node's host network, an address
 * outside. The host would take its own packets for forged ones, so they go back to it from an address of nobody, in a
 * tracking zone of their own; what answers that address is turned round first of all.
 */
export function outsideFlows(profile: NodeProfile): Flow[] {
  if (!profile.proxy || !profile.proxyAll) return [];
  const { gateway } = profile;
  const specs = profile.families.flatMap((family): FlowSpec[] => {
    const zone = turnedZone[family];
    const virtual = virtualServiceAddresses[family];
    const throughGateway = [
      ctState({ rpl: false, trk: true }),
      { field: 'ct_mark', value: ctMark.service },
      ofFamily(family),
      registerIs(registers.packetSource, packetSource.gateway),
    ];
    const toGateway: FlowSpec = {
      table: 'L3Forwarding',
      priority: priority.low,
      match: throughGateway,
      actions: [setDestinationMac(gateway.mac)],
      goto: 'L2Forwarding',
    };
    return [
      {
        table: 'ServiceHairpin',
        priority: priority.normal,
        match: toIp(virtual),
        actions: [
          load(registers.hairpin, 1),
          { kind: 'ct', zone, table: tableIds.ConntrackZone, nat: { kind: 'nat' } },
        ],
      },
      {
        // Committed when the Endpoint was chosen; to commit it as the gateway's would take the Service's mark away.
        table: 'ConntrackCommit',
        priority: priority.high,
        match: [
          ctState({ trk: true }),
          { field: 'ct_mark', value: ctMark.service },
          ofFamily(family),
          registerIs(registers.packetSource, packetSource.gateway),
        ],
        goto: 'HairpinSNAT',
      },
      // There, everything goes to the gateway that goes nowhere else.
      ...(profile.mode === 'networkPolicyOnly' ? [] : [toGateway]),
      {
        table: 'L2Forwarding',
        priority: priority.high,
        match: [...throughGateway, toMac(gateway.mac)],
        actions: [
          load(registers.hairpin, 1),
          {
            kind: 'ct',
            commit: true,
            zone,
            table: tableIds.HairpinSNAT,
            nat: { kind: 'nat', direction: 'src', range: { family, addressMin: virtual.value } },
          },
        ],
      },
    ];
  });
  return renderFlows(profile.cookieRound, 'Service', specs);
}
