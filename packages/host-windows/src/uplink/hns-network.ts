import {
  formatCidr,
  formatInterfaceAddress,
  formatIp,
  gatewayOf,
  type Cidr,
  type InterfaceAddress,
} from '@antrea-ts/net-types';
import { z } from 'zod';
import type { CallOptions, Hns } from '../hns/hns.js';
import { names } from '../names.js';

const networkSchema = z.object({ ID: z.string(), Name: z.string(), NetworkAdapterName: z.string().nullish() });
export type HnsNetwork = z.infer<typeof networkSchema>;

export async function findNetwork(hns: Hns, options: CallOptions): Promise<HnsNetwork | undefined> {
  const networks = await hns.get('/networks/', z.array(networkSchema), options);
  return networks.find(({ Name }) => Name === names.hnsNetwork);
}

export interface NetworkSpec {
  readonly adapter: string;
  readonly mac: string;
  readonly transportAddress: InterfaceAddress;
  readonly podCidr: Cidr;
}

/** A transparent network: its switch is what Open vSwitch's extension works in (1.3: CreateHNSNetwork). */
export async function createNetwork(hns: Hns, spec: NetworkSpec, options: CallOptions): Promise<void> {
  const request = {
    Name: names.hnsNetwork,
    Type: 'Transparent',
    NetworkAdapterName: spec.adapter,
    Subnets: [{ AddressPrefix: formatCidr(spec.podCidr), GatewayAddress: formatIp(gatewayOf(spec.podCidr)) }],
    ManagementIP: formatInterfaceAddress(spec.transportAddress),
    SourceMac: spec.mac.replaceAll(':', '-').toUpperCase(),
  };
  await hns.post('/networks/', request, networkSchema, options);
}

/** Hands the switch's packets to Open vSwitch. */
export async function enableExtension(hns: Hns, network: HnsNetwork, options: CallOptions): Promise<void> {
  const request = { Extensions: [{ Id: names.ovsExtensionId, IsEnabled: true }] };
  await hns.post(`/networks/${network.ID}`, request, z.unknown(), options);
}

/** Removes the network, and with it every endpoint; its absence is fine. */
export async function deleteNetwork(hns: Hns, options: CallOptions): Promise<void> {
  const network = await findNetwork(hns, options);
  if (network) await hns.delete(`/networks/${network.ID}`, options);
}
