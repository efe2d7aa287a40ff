import type { ControlplaneService, PolicyPort } from '@antrea-ts/apis';
import { isPort } from '@antrea-ts/net-types';
import { UnusableRule } from './wire-blocks.js';

const protocols: readonly string[] = ['TCP', 'UDP', 'SCTP'];

/** The ports of a rule. Throws `UnusableRule` for what names no port. */
export function wireServices(ports: readonly PolicyPort[] = [], field: string): ControlplaneService[] {
  return ports.map(({ protocol = 'TCP', port, endPort }, index) => {
    const here = `${field}[${index}]`;
    if (!protocols.includes(protocol)) throw new UnusableRule(`${here}.protocol ${protocol} is none of TCP, UDP, SCTP`);
    if (typeof port === 'number' && !isPort(port)) throw new UnusableRule(`${here}.port ${port} is no port`);
    if (port !== undefined && typeof port !== 'number' && typeof port !== 'string') {
      throw new UnusableRule(`${here}.port is neither number nor name`);
    }
    if (endPort !== undefined && (typeof port !== 'number' || !isPort(endPort) || endPort < port)) {
      throw new UnusableRule(`${here}.endPort ${endPort} is not a port of ${String(port)} or above`);
    }
    return { protocol, ...(port === undefined ? {} : { port }), ...(endPort === undefined ? {} : { endPort }) };
  });
}

/** Ports by name resolve only through members of groups. */
export function hasNamedPort(services: readonly ControlplaneService[]): boolean {
  return services.some(({ port }) => typeof port === 'string');
}
