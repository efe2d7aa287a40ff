import { tryParseIp } from '@antrea-ts/net-types';
import type { Service } from 'kubernetes-types/core/v1.js';
import type { Endpoint, EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import type { DnsAnswer, DnsAnswerSet, DnsSource } from './dns-records.js';
import { canonicalName } from './dns-records.js';

const clusterDomain = 'cluster.local';
const ttl = 5;

/** What the names of Services are answered from. */
export interface ServiceDirectory {
  service(namespace: string, name: string): Service | undefined;
  slices(namespace: string, name: string): readonly EndpointSlice[];
  /** The Service that has this cluster address. */
  serviceAt(address: string): Service | undefined;
}

/**
 * The names that Kubernetes gives to Services and Pods, as its DNS specification (version 1.1.0) has them. Everything
 * else is left to `others`, and what a Service of type ExternalName points to is asked there.
 */
export function createClusterZone(directory: ServiceDirectory, others: DnsSource): DnsSource {
  return {
    lookup(asked, type) {
      const name = canonicalName(asked);
      if (name.endsWith('.arpa')) {
        const target = reverseTarget(name, directory);
        return target === undefined
          ? others.lookup(asked, type)
          : answer(type, { name, type: 'PTR', values: [target] });
      }
      if (name === clusterDomain) return nothing;
      if (!name.endsWith(`.${clusterDomain}`)) return others.lookup(asked, type);
      const labels = name.slice(0, -clusterDomain.length - 1).split('.');
      const kind = labels.pop();
      if (kind === 'pod') return podAnswer(name, labels, type);
      return kind === 'svc' ? serviceAnswer(name, labels, type) : noSuchName;
    },
  };

  function serviceAnswer(name: string, labels: readonly string[], type: string): DnsAnswer {
    const [serviceName, namespace] = labels.slice(-2);
    // `svc.cluster.local` and `NAMESPACE.svc.cluster.local` exist, and have nothing.
    if (serviceName === undefined || namespace === undefined) return nothing;
    const service = directory.service(namespace, serviceName);
    if (!service) return noSuchName;
    const rest = labels.slice(0, -2);
    const alias = service.spec?.externalName;
    if (service.spec?.type === 'ExternalName' && alias !== undefined) return aliasAnswer(name, alias, type);
    const port = rest.length === 2 && rest[0]?.startsWith('_') ? rest : undefined;
    if (port) return portAnswer(name, service, port, type);
    if (rest.length > 1) return noSuchName;
    const [host] = rest;
    if (host === undefined && !isHeadless(service)) return addressAnswer(name, service.spec?.clusterIPs ?? [], type);
    const endpoints = endpointsOf(service).filter((endpoint) => host === undefined || hostOf(endpoint) === host);
    if (endpoints.length === 0) return noSuchName;
    return addressAnswer(
      name,
      endpoints.flatMap(({ addresses }) => addresses),
      type,
    );
  }

  function portAnswer(name: string, service: Service, [port, protocol]: readonly string[], type: string): DnsAnswer {
    const domain = `${service.metadata?.name}.${service.metadata?.namespace}.svc.${clusterDomain}`;
    const isIt = (row: { readonly name?: string; readonly protocol?: string }): boolean =>
      `_${row.name}` === port && `_${row.protocol?.toLowerCase()}` === protocol;
    const own = (service.spec?.ports ?? []).filter(isIt).map((row) => `0 100 ${row.port} ${domain}`);
    const values = isHeadless(service)
      ? slicesOf(service).flatMap(({ ports = [], endpoints }) =>
          ports
            .filter(isIt)
            .flatMap((row) => endpoints.filter(isReady).map((one) => `0 100 ${row.port} ${hostOf(one)}.${domain}`)),
        )
      : own;
    return values.length === 0 ? noSuchName : answer(type, { name, type: 'SRV', values: [...new Set(values)] });
  }

  function aliasAnswer(name: string, alias: string, type: string): DnsAnswer {
    const record: DnsAnswerSet = { name, type: 'CNAME', values: [alias], ttl };
    const target = type === 'CNAME' ? nothing : others.lookup(alias, type);
    return { kind: 'found', records: [record, ...(target.kind === 'found' ? target.records : [])] };
  }

  function slicesOf({ metadata }: Service): readonly EndpointSlice[] {
    return directory.slices(metadata?.namespace ?? '', metadata?.name ?? '');
  }

  function endpointsOf(service: Service): readonly Endpoint[] {
    return slicesOf(service).flatMap(({ endpoints }) => endpoints.filter(isReady));
  }
}

const nothing: DnsAnswer = { kind: 'found', records: [] };
const noSuchName: DnsAnswer = { kind: 'no-such-name' };

function answer(type: string, record: Omit<DnsAnswerSet, 'ttl'>): DnsAnswer {
  return record.type === type ? { kind: 'found', records: [{ ...record, ttl }] } : nothing;
}

function addressAnswer(name: string, addresses: readonly string[], type: string): DnsAnswer {
  const values = addresses.filter((address) => tryParseIp(address)?.family === (type === 'A' ? 'ipv4' : 'ipv6'));
  const isAddress = type === 'A' || type === 'AAAA';
  return isAddress && values.length > 0 ? answer(type, { name, type, values }) : nothing;
}

/** `10-10-1-2.NAMESPACE.pod.cluster.local` is 10.10.1.2, whoever has it. */
function podAnswer(name: string, labels: readonly string[], type: string): DnsAnswer {
  const [dashed] = labels;
  if (dashed === undefined || labels.length > 2) return noSuchName;
  if (labels.length === 1) return nothing;
  const address = tryParseIp(dashed.replaceAll('-', '.')) ?? tryParseIp(dashed.replaceAll('-', ':'));
  const text = dashed.replaceAll('-', address?.family === 'ipv6' ? ':' : '.');
  return address ? addressAnswer(name, [text], type) : noSuchName;
}

function isHeadless({ spec }: Service): boolean {
  return spec?.clusterIP === 'None';
}

function isReady({ conditions }: Endpoint): boolean {
  return conditions?.ready !== false;
}

/** What an Endpoint is called within its Service. */
function hostOf({ hostname, addresses }: Endpoint): string {
  return hostname ?? (addresses[0] ?? '').replaceAll(/[.:]/g, '-');
}

/** The name of the Service that a reverse name is about. */
function reverseTarget(name: string, directory: ServiceDirectory): string | undefined {
  const address = reversedAddress(name);
  const service = address === undefined ? undefined : directory.serviceAt(address);
  return service && `${service.metadata?.name}.${service.metadata?.namespace}.svc.${clusterDomain}`;
}

/** `1.0.96.10.in-addr.arpa` is 10.96.0.1; of an IPv6 address each digit is a label of `ip6.arpa`. */
export function reversedAddress(name: string): string | undefined {
  const labels = name.split('.').toReversed().slice(2);
  if (name.endsWith('.in-addr.arpa') && labels.length === 4) return labels.join('.');
  if (!name.endsWith('.ip6.arpa') || labels.length !== 32) return undefined;
  return labels.join('').replaceAll(/(.{4})(?=.)/g, '$1:');
}
