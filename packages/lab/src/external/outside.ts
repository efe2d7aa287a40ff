import { createServer as createHttpServer } from 'node:http';
import type { Logger } from '@antrea-ts/runtime';
import { listenInNamespace } from '../network/passed-sockets.js';
import type { AddressPlan } from '../plan/addresses.js';
import type { Namespace } from '../process/namespace.js';
import { createClusterZone, type ServiceDirectory } from './cluster-zone.js';
import { createDnsRecords, type DnsRecords } from './dns-records.js';
import { serveDnsTcp, serveDnsUdp } from './dns-server.js';

/** The world beyond the Nodes' underlay: a web server and a DNS server. */
export interface Outside {
  readonly dns: DnsRecords;
}

/** Starts the outside's servers; DNS knows the cluster's Services too. They run in this process, on sockets of the outside's namespace. */
export async function startOutside(
  external: Namespace,
  modules: { readonly plan: AddressPlan; readonly services: ServiceDirectory; readonly log: Logger },
): Promise<Outside> {
  const { plan, services, log } = modules;
  const dns = createDnsRecords();
  const addresses = (family: string, pick: 'web' | 'dns'): string[] =>
    plan.families.filter((candidate) => candidate.family === family).map((candidate) => candidate[pick]);
  for (const name of ['external.test', 'web.external.test']) {
    if (addresses('ipv4', 'web').length > 0) dns.set(name, 'A', addresses('ipv4', 'web'), 60);
    if (addresses('ipv6', 'web').length > 0) dns.set(name, 'AAAA', addresses('ipv6', 'web'), 60);
  }
  const answers = createClusterZone(services, dns);
  dns.set('www.external.test', 'CNAME', ['web.external.test'], 60);

  const sockets = await listenInNamespace(
    external,
    plan.families.flatMap((family) => [
      { kind: 'tcp' as const, address: family.web, port: 80 },
      { kind: 'tcp' as const, address: family.dns, port: 53 },
      { kind: 'udp' as const, address: family.dns, port: 53 },
    ]),
  );
  const web = createHttpServer((request, response) => {
    // The client's address as it is seen from outside: a Pod's is its Node's.
    response.setHeader('content-type', 'text/plain');
    response.end(`client ${request.socket.remoteAddress}\n${request.method} ${request.url}\n`);
  });
  sockets.forEach((passed, index) => {
    if (passed.kind === 'udp') serveDnsUdp(passed.socket, answers, log);
    else if (index % 3 === 0) passed.server.on('connection', (socket) => web.emit('connection', socket));
    else serveDnsTcp(passed.server, answers, log);
  });
  return { dns };
}
