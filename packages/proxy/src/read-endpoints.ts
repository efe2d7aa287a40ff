import type { IpFamily } from '@antrea-ts/net-types';
import { listOf, Problems, readAddress, readPort, readProtocol } from './read-value.js';
import type { Problem, ServiceProtocol } from './service-port.js';

interface PortObject {
  readonly name?: string | null;
  readonly port?: number | null;
  readonly protocol?: string | null;
}

/** The fields of Endpoints (core/v1) that are read. */
export interface EndpointsObject {
  readonly metadata: { readonly namespace?: string; readonly name?: string };
  readonly subsets?: readonly {
    readonly addresses?: readonly { readonly ip: string; readonly nodeName?: string }[];
    readonly ports?: readonly PortObject[];
  }[];
}

/** The fields of an EndpointSlice (discovery.k8s.io, v1 and v1beta1) that are read. */
export interface EndpointSliceObject {
  readonly metadata: {
    readonly namespace?: string;
    readonly name?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly addressType?: string;
  readonly ports?: readonly PortObject[] | null;
  readonly endpoints?: readonly {
    readonly addresses?: readonly string[];
    readonly conditions?: {
      readonly ready?: boolean | null;
      readonly serving?: boolean | null;
      readonly terminating?: boolean | null;
    };
    readonly nodeName?: string | null;
    /** v1beta1. */
    readonly topology?: Readonly<Record<string, string>> | null;
    readonly hints?: { readonly forZones?: readonly { readonly name: string }[] } | null;
  }[];
}

/** An Endpoint that may be chosen, without port. */
export interface Candidate {
  readonly address: string;
  readonly family: IpFamily;
  readonly node?: string;
  readonly ready: boolean;
  /** Not ready, because it ends, but still able to serve. */
  readonly serving: boolean;
  /** Zones whose clients should use it. */
  readonly zones?: readonly string[];
}

export interface EndpointPort {
  readonly name: string;
  readonly port: number;
  readonly protocol: ServiceProtocol;
}

/** Endpoints that have the same ports. */
export interface EndpointBlock {
  readonly ports: readonly EndpointPort[];
  readonly candidates: readonly Candidate[];
}

/** What one Endpoints object or slice says of a Service. Plain data: two are the same when their JSON is. */
export interface EndpointsSpec {
  /** `namespace/name`. */
  readonly service: string;
  readonly blocks: readonly EndpointBlock[];
  readonly problems: readonly Problem[];
}

/** Reads Endpoints. Addresses that are not ready are not in use. */
export function readEndpoints({ metadata, subsets }: EndpointsObject): EndpointsSpec {
  const problems = new Problems();
  const blocks = listOf(subsets).map((subset, index): EndpointBlock => {
    const field = `subsets[${index}]`;
    return {
      ports: readPorts(subset.ports, field, problems),
      candidates: listOf(subset.addresses).flatMap(({ ip, nodeName }, each) => {
        const address = readAddress(ip, `${field}.addresses[${each}].ip`, problems);
        if (address === undefined) return [];
        return [{ ...address, ...(nodeName ? { node: nodeName } : {}), ready: true, serving: true }];
      }),
    };
  });
  return { service: `${metadata.namespace ?? ''}/${metadata.name ?? ''}`, blocks, problems: problems.found };
}

/** Label of a slice that names its Service. */
const serviceLabel = 'kubernetes.io/service-name';
const hostnameKey = 'kubernetes.io/hostname';
const families: Readonly<Record<string, IpFamily>> = { IPv4: 'ipv4', IPv6: 'ipv6' };

/** Reads an EndpointSlice of either version. Undefined when it belongs to no Service, or has names for addresses. */
export function readEndpointSlice(slice: EndpointSliceObject): EndpointsSpec | undefined {
  const { metadata, addressType = '' } = slice;
  const service = metadata.labels?.[serviceLabel];
  const family = families[addressType];
  if (!service || family === undefined) return undefined;
  const problems = new Problems();
  const candidates = listOf(slice.endpoints).flatMap((endpoint, index): Candidate[] => {
    // Further addresses mean the same Endpoint; as kube-proxy does, only the first is used.
    const field = `endpoints[${index}].addresses[0]`;
    const address = readAddress(endpoint.addresses?.[0], field, problems);
    if (address === undefined) return [];
    if (address.family !== family) {
      problems.add(field, `${address.address} is not ${addressType}, the slice's addressType, and is left out`);
      return [];
    }
    const node = endpoint.nodeName ?? endpoint.topology?.[hostnameKey];
    const zones = listOf(endpoint.hints?.forZones).map(({ name }) => name);
    return [
      {
        ...address,
        ...(node ? { node } : {}),
        ...readConditions(endpoint.conditions ?? {}),
        ...(zones.length > 0 ? { zones } : {}),
      },
    ];
  });
  const block = { ports: readPorts(slice.ports, '', problems), candidates };
  return { service: `${metadata.namespace ?? ''}/${service}`, blocks: [block], problems: problems.found };
}

/** What is not said counts as ready; `serving` is `ready` where nothing ends. */
function readConditions({
  ready,
  serving,
  terminating,
}: NonNullable<NonNullable<EndpointSliceObject['endpoints']>[number]['conditions']>): {
  ready: boolean;
  serving: boolean;
} {
  const isReady = (ready ?? true) && terminating !== true;
  return { ready: isReady, serving: isReady || (terminating === true && (serving ?? ready ?? true)) };
}

function readPorts(
  given: readonly PortObject[] | null | undefined,
  prefix: string,
  problems: Problems,
): EndpointPort[] {
  return listOf(given).flatMap(({ name, port, protocol }, index) => {
    const field = `${prefix === '' ? '' : `${prefix}.`}ports[${index}]`;
    const number = readPort(port, `${field}.port`, problems);
    const known = readProtocol(protocol, `${field}.protocol`, problems);
    return number === undefined || known === undefined ? [] : [{ name: name ?? '', port: number, protocol: known }];
  });
}
