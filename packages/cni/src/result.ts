import {
  formatCidr,
  formatInterfaceAddress,
  formatIp,
  type InterfaceAddress,
  type IpAddress,
} from '@antrea-ts/net-types';
import type { PodInterfaceState, PodRoute } from '@antrea-ts/host';
import type { CniDns } from './network-config.js';
import { namesFamilies, type CniVersion } from './version.js';

/** An address of a Pod with the gateway of its subnet. */
export interface PodAddress extends InterfaceAddress {
  readonly gateway: IpAddress;
}

export interface PodResult {
  readonly netns: string;
  readonly interface: PodInterfaceState;
  readonly addresses: readonly PodAddress[];
  readonly routes: readonly PodRoute[];
  readonly dns: CniDns | undefined;
}

/** The addresses of an interface, with the gateways of its default routes. */
export function withGateways({ addresses, routes }: PodInterfaceState): readonly PodAddress[] {
  return addresses.flatMap((each) => {
    const isDefault = ({ destination: { address, prefixLength } }: PodRoute): boolean =>
      prefixLength === 0 && address.family === each.address.family;
    const gateway = routes.find(isDefault)?.gateway;
    return gateway ? [{ ...each, gateway }] : [];
  });
}

/** A successful ADD in the words of a CNI version: interface 0 is the Node's end, interface 1 the Pod's. */
export function renderResult(version: CniVersion, result: PodResult): object {
  const { interface: pod } = result;
  return {
    cniVersion: version,
    interfaces: [
      { name: pod.hostName, mac: pod.hostMac },
      { name: pod.name, mac: pod.mac, sandbox: result.netns },
    ],
    ips: result.addresses.map((address) => ({
      ...(namesFamilies(version) ? { version: address.address.family === 'ipv4' ? '4' : '6' } : {}),
      interface: 1,
      address: formatInterfaceAddress(address),
      gateway: formatIp(address.gateway),
    })),
    routes: result.routes.map(({ destination, gateway }) => ({
      dst: formatCidr(destination),
      ...(gateway ? { gw: formatIp(gateway) } : {}),
    })),
    dns: result.dns ?? {},
  };
}
