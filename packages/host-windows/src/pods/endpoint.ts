import type { PodInterfaceSpec, PodInterfaceState, RecordedPodInterface } from '@antrea-ts/host';
import { formatIp, parseCidr, parseIp, tryParseMac, type IpAddress, type MacAddress } from '@antrea-ts/net-types';
import { z } from 'zod';

/** What of an HNS endpoint matters here. */
export const endpointSchema = z.object({
  ID: z.string(),
  Name: z.string(),
  VirtualNetwork: z.string(),
  MacAddress: z.string(),
  IPAddress: z.string().optional(),
  PrefixLength: z.number().optional(),
  GatewayAddress: z.string().optional(),
  AdditionalParams: z.record(z.string(), z.string()).nullish(),
});

export type Endpoint = z.infer<typeof endpointSchema>;

/** The containers of Docker that have an endpoint. */
export const sharedSchema = z.object({ SharedContainers: z.array(z.string()).nullish() });

/**
 * Our marks on an endpoint, beside the record: it has nowhere else to keep what it was made for. 1.3 has what it writes
 * on the port there.
 */
const params = { containerId: 'container-id', name: 'interface-name', mtu: 'mtu' } as const;

/** An endpoint is ours when it says for which container it is. */
export function isOurs({ AdditionalParams }: Endpoint): boolean {
  return AdditionalParams?.[params.containerId] !== undefined;
}

/** The container that an endpoint was made for. */
export function containerOf({ AdditionalParams }: Endpoint): string | undefined {
  return AdditionalParams?.[params.containerId];
}

const defaultRoute = parseCidr('0.0.0.0/0');

/** What HNS is asked for (1.3: pkg/agent/cniserver/interface_configuration_windows.go). */
export function endpointRequest(spec: PodInterfaceSpec, network: string, mac: string | undefined): EndpointRequest {
  const [address] = spec.addresses;
  const gateway = gatewayOf(spec);
  const { servers = [], search = [] } = spec.dns ?? {};
  return {
    Name: spec.hostName,
    VirtualNetwork: network,
    ...(mac === undefined ? {} : { MacAddress: mac }),
    ...(address ? { IPAddress: formatIp(address.address), PrefixLength: address.prefixLength } : {}),
    ...(gateway ? { GatewayAddress: formatIp(gateway) } : {}),
    ...(servers.length > 0 ? { DNSServerList: servers.join(',') } : {}),
    ...(search.length > 0 ? { DNSSuffix: search.join(',') } : {}),
    AdditionalParams: {
      ...spec.record,
      [params.containerId]: spec.containerId,
      [params.name]: spec.name,
      [params.mtu]: `${spec.mtu}`,
    },
  };
}

interface EndpointRequest {
  readonly AdditionalParams: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

function gatewayOf({ routes }: PodInterfaceSpec): IpAddress | undefined {
  return routes.find(({ destination }) => destination.prefixLength === 0)?.gateway;
}

/** Whether an endpoint is what was asked for; HNS changes none of this on an endpoint that exists. */
export function fits(endpoint: Endpoint, spec: PodInterfaceSpec, network: string): boolean {
  const wanted = endpointRequest(spec, network, endpoint.MacAddress);
  const { Name, VirtualNetwork, IPAddress, PrefixLength, GatewayAddress, AdditionalParams } = endpoint;
  const found: Record<string, unknown> = { Name, VirtualNetwork, IPAddress, PrefixLength, GatewayAddress };
  return (
    Object.entries(found).every(([key, value]) => value === wanted[key]) &&
    Object.entries(wanted.AdditionalParams).every(([key, value]) => value === AdditionalParams?.[key])
  );
}

/** What an endpoint tells of itself. */
export function recordOf(endpoint: Endpoint): RecordedPodInterface {
  const record = { ...endpoint.AdditionalParams };
  const mtu = Number(record[params.mtu] ?? 0);
  delete record[params.mtu];
  delete record[params.name];
  return { hostName: endpoint.Name, mac: macOf(endpoint), mtu, record };
}

/** An endpoint in the terms of the port. `up`: it is in a namespace or container. */
export function stateOf(endpoint: Endpoint, up: boolean): PodInterfaceState {
  const mac = macOf(endpoint);
  const { IPAddress, PrefixLength, GatewayAddress, AdditionalParams } = endpoint;
  return {
    name: AdditionalParams?.[params.name] ?? '',
    mac,
    mtu: Number(AdditionalParams?.[params.mtu] ?? 0),
    up,
    addresses: IPAddress ? [{ address: parseIp(IPAddress), prefixLength: PrefixLength ?? 32 }] : [],
    routes: GatewayAddress ? [{ destination: defaultRoute, gateway: parseIp(GatewayAddress) }] : [],
    hostName: endpoint.Name,
    hostMac: mac,
  };
}

function macOf({ ID, MacAddress }: Endpoint): MacAddress {
  const mac = tryParseMac(MacAddress.replaceAll('-', ':').toLowerCase());
  if (!mac) throw new Error(`endpoint ${ID}: ${MacAddress} is no MAC address`);
  return mac;
}
