import { tableIds } from '@antrea-ts/apis';
import type { Flow, FlowFilter } from '@antrea-ts/openflow';
import { formatIp, ipFromValue } from '@antrea-ts/net-types';
import { cookie } from '../../cookie.js';
import { registers } from '../../registers.js';

/** Which flows the switch learned for the clients of a group. */
export function learnedFlows(round: number, group: number): FlowFilter {
  return {
    table: tableIds.SessionAffinity,
    cookie: cookie(round, 'Service', group),
    cookieMask: 0xffff_ffff_ffff_ffffn,
  };
}

/** The Endpoint that a learned flow gives to its client. */
export function learnedEndpoint({
  instructions,
}: Flow): { readonly address: string; readonly port: number } | undefined {
  let ipv6 = 0n;
  let address: string | undefined;
  let port: number | undefined;
  for (const instruction of instructions) {
    if (instruction.kind !== 'apply_actions') continue;
    for (const action of instruction.actions) {
      if (action.kind !== 'reg_load') continue;
      const { field, offset, bits } = action.dst;
      if (field === registers.endpointPort.field && offset === registers.endpointPort.offset && bits === 16) {
        port = Number(action.value);
      } else if (field === registers.endpointIpv4.field) {
        address = formatIp(ipFromValue('ipv4', action.value));
      } else if (field === registers.endpointIpv6.field) {
        // 64 bits at a time.
        ipv6 |= BigInt(action.value) << BigInt(offset);
        address = formatIp(ipFromValue('ipv6', ipv6));
      }
    }
  }
  return address === undefined || port === undefined ? undefined : { address, port };
}
