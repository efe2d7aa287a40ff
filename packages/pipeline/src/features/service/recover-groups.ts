import { tableIds } from '@antrea-ts/apis';
import type { FieldValue, Flow } from '@antrea-ts/openflow';
import { formatIp, ipFromValue, ipProtocols } from '@antrea-ts/net-types';
import type { ServicePort } from '@antrea-ts/proxy';
import { registers } from '../../registers.js';

type FrontendsOf = Pick<ServicePort, 'protocol' | 'frontends' | 'fromOutside'>;

/** How a frontend is known in `recoverGroups`. */
export function frontendKeys({ protocol, frontends, fromOutside = false }: FrontendsOf): string[] {
  const scope = fromOutside ? ' outside' : '';
  return frontends.map(({ address, port }) => `${ipProtocols[protocol]} ${address} ${port}${scope}`);
}

/** Groups that installed flows lead to, by the frontend that these flows match. */
export function recoverGroups(flows: Iterable<Flow>): ReadonlyMap<string, number> {
  const groups = new Map<string, number>();
  for (const flow of flows) {
    if (flow.table !== tableIds.ServiceLB) continue;
    const group = groupOf(flow);
    const frontend = frontendOf(flow);
    if (group !== undefined && frontend !== undefined) groups.set(frontend, group);
  }
  return groups;
}

function groupOf({ instructions }: Flow): number | undefined {
  for (const instruction of instructions) {
    if (instruction.kind !== 'apply_actions') continue;
    for (const action of instruction.actions) if (action.kind === 'group') return action.group;
  }
  return undefined;
}

const portFields = new Set(['tcp_dst', 'udp_dst', 'sctp_dst', 'tp_dst']);

function frontendOf({ match }: Flow): string | undefined {
  let protocol: FieldValue | undefined;
  let port: FieldValue | undefined;
  let address: string | undefined;
  let scope = '';
  for (const entry of match) {
    if (!('value' in entry)) continue;
    if (entry.field === registers.packetSource.field) scope = ' outside';
    else if (entry.field === 'nw_proto') protocol = entry.value;
    else if (portFields.has(entry.field)) port = entry.value;
    else if (entry.field === 'nw_dst') address = formatIp(ipFromValue('ipv4', entry.value));
    else if (entry.field === 'ipv6_dst') address = formatIp(ipFromValue('ipv6', entry.value));
  }
  return address === undefined || port === undefined ? undefined : `${protocol} ${address} ${port}${scope}`;
}
