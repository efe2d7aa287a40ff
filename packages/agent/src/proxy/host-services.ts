import { peerRouteKey, type AddressPort, type OutsideServices, type PeerRoute } from '@antrea-ts/host';
import {
  cidrContains,
  formatIp,
  hostCidr,
  parseIp,
  type Cidr,
  type InterfaceAddress,
  type IpAddress,
  type IpFamily,
} from '@antrea-ts/net-types';
import { nodePortAddresses, virtualMac, virtualServiceAddresses } from '@antrea-ts/pipeline';
import type { ServicePort, ServiceProtocol } from '@antrea-ts/proxy';

interface NodeFacts {
  readonly families: readonly IpFamily[];
  readonly gatewayName: string;
  /** Under which the Node is reached: its node ports are there. */
  readonly transportAddresses: readonly InterfaceAddress[];
  readonly serviceCidrs: readonly Cidr[];
}

const virtualAddresses = {
  ipv4: formatIp(virtualServiceAddresses.ipv4),
  ipv6: formatIp(virtualServiceAddresses.ipv6),
};

type ByFamily<T> = Record<IpFamily, T>;

/**
 * What the Node's own stack has to know of Services so that the bridge balances all of them (`antreaProxy.proxyAll`):
 * routes into it, node ports, and whose source becomes the gateway's.
 */
export class HostServices {
  readonly #node: NodeFacts;
  readonly #ports = new Map<string, ServicePort>();
  readonly #listeners = new Set<() => void>();

  constructor(node: NodeFacts) {
    this.#node = node;
  }

  /** States a Service port; undefined: it is gone. */
  set(id: string, port: ServicePort | undefined): void {
    const before = this.#ports.get(id);
    if (port) this.#ports.set(id, port);
    else this.#ports.delete(id);
    // Endpoints are the bridge's business.
    if (JSON.stringify(before?.frontends) === JSON.stringify(port?.frontends)) return;
    for (const listener of this.#listeners) listener();
  }

  /** Calls the listener when routes or rules are others. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  routes(): ReadonlyMap<string, PeerRoute> {
    const routes = new Map<string, PeerRoute>();
    const add = (route: PeerRoute): void => void routes.set(peerRouteKey(route), route);
    for (const family of this.#node.families) {
      const virtual = virtualServiceAddresses[family];
      add({ destination: hostCidr(virtual), interfaceName: this.#node.gatewayName });
      for (const destination of this.#destinations(family)) {
        add({
          destination,
          interfaceName: this.#node.gatewayName,
          via: virtual,
          onLink: true,
          neighbour: virtualMac,
        });
      }
    }
    return routes;
  }

  rules(): OutsideServices {
    const nodePorts: ByFamily<AddressPort[]> = { ipv4: [], ipv6: [] };
    const masqueraded: ByFamily<AddressPort[]> = { ipv4: [], ipv6: [] };
    for (const { family, protocol, frontends, fromOutside } of this.#ports.values()) {
      for (const { address, port } of frontends) {
        const isNodePort = address === nodePortAddresses[family];
        if (isNodePort) {
          for (const own of this.#node.transportAddresses) {
            if (own.address.family === family) nodePorts[family].push(addressPort(own.address, protocol, port));
          }
        }
        const target = parseIp(address);
        if (!fromOutside && !this.#isClusterIp(target)) masqueraded[family].push(addressPort(target, protocol, port));
      }
    }
    // Connections that stay on the Node keep their source.
    for (const { family, protocol, frontends, fromOutside } of this.#ports.values()) {
      if (!fromOutside) continue;
      const kept = new Set(frontends.map(({ address, port }) => addressPort(parseIp(address), protocol, port)));
      masqueraded[family] = masqueraded[family].filter((entry) => !kept.has(entry));
    }
    return { nodePorts, nodePortAddresses, virtualAddresses, masqueraded, clusterCidrs: this.#node.serviceCidrs };
  }

  /** The Service CIDRs, and every address outside of them. */
  #destinations(family: IpFamily): Cidr[] {
    const single = new Set([nodePortAddresses[family]]);
    for (const port of this.#ports.values()) {
      if (port.family !== family) continue;
      for (const { address } of port.frontends) if (!this.#isClusterIp(parseIp(address))) single.add(address);
    }
    return [
      ...this.#node.serviceCidrs.filter((cidr) => cidr.address.family === family),
      ...[...single].map((address) => hostCidr(parseIp(address))),
    ];
  }

  #isClusterIp(address: IpAddress): boolean {
    return this.#node.serviceCidrs.some(
      (cidr) => cidr.address.family === address.family && cidrContains(cidr, address),
    );
  }
}

/** As `ipset save` prints members of `hash:ip,port`. */
function addressPort(address: IpAddress, protocol: ServiceProtocol, port: number): AddressPort {
  return `${formatIp(address)},${protocol.toLowerCase()}:${port}`;
}
