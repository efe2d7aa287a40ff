import type { ControlplaneService, PolicyPort } from '@antrea-ts/apis';
import { isPort } from '@antrea-ts/net-types';
import { portShape } from './object-shapes.js';
import { show, type UnreadableParts } from './unreadable.js';

const protocols: readonly string[] = ['TCP', 'UDP', 'SCTP'];

/**
 * The ports of a rule: an empty list for any, undefined where nothing can be read of what a rule allows. What cannot be
 * read of a rule that denies is all ports of the protocol, or without a protocol all traffic.
 */
export function wireServices(
  ports: readonly PolicyPort[] | undefined,
  field: string,
  unreadable: UnreadableParts,
): readonly ControlplaneService[] | undefined {
  if (ports === undefined) return anyService;
  if (!Array.isArray(ports)) {
    unreadable.tell(`${field} is no list`, 'traffic of every kind');
    return unreadable.widen ? anyService : undefined;
  }
  const services: ControlplaneService[] = [];
  for (const [index, written] of (ports as readonly PolicyPort[]).entries()) {
    const here = `${field}[${index}]`;
    const noProtocol = protocolProblem(written, here);
    if (noProtocol !== undefined) {
      unreadable.tell(noProtocol, 'traffic of every kind');
      if (unreadable.widen) return anyService;
      continue;
    }
    const { protocol = 'TCP', port, endPort } = written;
    const problem = portProblem(written, here);
    if (problem !== undefined) {
      unreadable.tell(problem, `every ${protocol} port`);
      if (unreadable.widen) services.push({ protocol });
      continue;
    }
    services.push({ protocol, ...(port === undefined ? {} : { port }), ...(endPort === undefined ? {} : { endPort }) });
  }
  return services.length === 0 && ports.length > 0 ? undefined : services;
}

const anyService: readonly ControlplaneService[] = [];

function protocolProblem(written: PolicyPort, here: string): string | undefined {
  const problem = portShape(written);
  if (problem) return `${here}${problem.path} ${problem.what}`;
  const { protocol = 'TCP' } = written;
  return protocols.includes(protocol) ? undefined : `${here}.protocol ${show(protocol)} is none of TCP, UDP, SCTP`;
}

function portProblem({ port, endPort }: PolicyPort, here: string): string | undefined {
  if (port !== undefined && typeof port !== 'number' && typeof port !== 'string') {
    return `${here}.port is neither number nor name`;
  }
  if (typeof port === 'number' && !isPort(port)) return `${here}.port ${port} is no port`;
  if (endPort !== undefined && (typeof port !== 'number' || !isPort(endPort) || endPort < port)) {
    return `${here}.endPort ${show(endPort)} is not a port of ${show(port)} or above`;
  }
  return undefined;
}

/** Ports by name resolve only through members of groups. */
export function hasNamedPort(services: readonly ControlplaneService[]): boolean {
  return services.some(({ port }) => typeof port === 'string');
}
