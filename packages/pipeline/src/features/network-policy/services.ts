import type { ControlplaneService, NamedPort } from '@antrea-ts/apis';
import { isPort, portRangeToMasks, protocolNumber, type IpFamily } from '@antrea-ts/net-types';
import { servicePart, type MatchPart } from './match-part.js';

/** A service whose port is a number, or absent for all ports of its protocol. */
export interface ResolvedService {
  readonly protocol: string;
  readonly port?: number;
  readonly endPort?: number;
}

/** Whether the services of a rule mean other ports for other members. */
export function hasNamedPorts(services: readonly ControlplaneService[]): boolean {
  return services.some(({ port }) => typeof port === 'string');
}

/**
 * Services with a member's own numbers for the names of ports. A name that it does not have is left out: nothing left
 * means that no packet of this member matches, not that every one does.
 */
export function resolveServices(
  services: readonly ControlplaneService[],
  ports: readonly NamedPort[],
): readonly ResolvedService[] {
  return services.flatMap(({ protocol = 'TCP', port, endPort }): ResolvedService[] => {
    if (typeof port !== 'string') {
      return [{ protocol, ...(port === undefined ? {} : { port }), ...(endPort === undefined ? {} : { endPort }) }];
    }
    return ports
      .filter((named) => named.name === port && named.protocol === protocol)
      .map((named) => ({ protocol, port: named.port }));
  });
}

/** Equal for members for which a rule means the same ports. */
export function servicesKey(services: readonly ResolvedService[]): string {
  const keys = services.map(({ protocol, port, endPort }) => `${protocol}:${port ?? ''}-${endPort ?? ''}`);
  return [...new Set(keys)].sort().join(',');
}

/** The matches of a rule's service clause, per enabled family. A range becomes value and mask pairs. */
export function serviceParts(services: readonly ResolvedService[], families: readonly IpFamily[]): MatchPart[] {
  return services.flatMap(({ protocol, port, endPort }) => {
    const number = protocolNumber(protocol);
    if (number === undefined) return [];
    const ports = portMasks(port, endPort);
    return families.flatMap((family) => ports.map((mask) => servicePart(family, number, mask)));
  });
}

/** Ports that cannot be are none: the clause stays, and nothing meets it. */
function portMasks(
  port: number | undefined,
  endPort: number | undefined,
): ({ value: number; mask: number } | undefined)[] {
  if (port === undefined) return [undefined];
  const last = endPort ?? port;
  if (!isPort(port) || !isPort(last) || last < port) return [];
  return portRangeToMasks(port, last);
}
