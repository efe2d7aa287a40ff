import type { Action } from '@antrea-ts/openflow';
import type { ServicePort } from '@antrea-ts/proxy';
import { registers } from '../../registers.js';

type UdpPort = Pick<ServicePort, 'family' | 'protocol' | 'endpoints'>;

/** With fewer Endpoints than this, a part of a hash is enough to deal connections in tolerable shares. */
export const fewEndpoints = 16;

/**
 * Open vSwitch's own hash leaves ports of UDP out: all that a Pod sends to a Service would go to one Endpoint. It takes
 * addresses in, so while an Endpoint is chosen the end of the source's is that of the port. Among few Endpoints
 * one byte: the datapath then needs 256 cached flows for a client, and asks ovs-vswitchd no more.
 */
export function markedByPort(port: UdpPort): Action[] {
  if (port.protocol !== 'UDP') return [];
  const { end, kept, portEnd } = fieldsFor(port);
  return [
    { kind: 'move', src: end, dst: kept },
    { kind: 'move', src: portEnd, dst: end },
  ];
}

/** Afterwards the source is what it was. */
export function unmarkedByPort(port: UdpPort): Action[] {
  if (port.protocol !== 'UDP') return [];
  const { end, kept } = fieldsFor(port);
  return [{ kind: 'move', src: kept, dst: end }];
}

function fieldsFor({ endpoints, family }: UdpPort) {
  const bits = endpoints.length < fewEndpoints ? 8 : 16;
  return {
    end: { field: family === 'ipv4' ? 'nw_src' : 'ipv6_src', offset: 0, bits },
    kept: { ...registers.keptSource, bits },
    portEnd: { field: 'udp_src', offset: 0, bits },
  };
}
