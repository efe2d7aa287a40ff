import type { Namespace } from '../process/namespace.js';

/** A network interface of a namespace, with its IPv4 addresses. */
export interface Link {
  readonly name: string;
  readonly index: number;
  readonly mac: string;
  readonly mtu: number;
  readonly up: boolean;
  /** The bridge that it is a port of. */
  readonly master?: string;
  /** `veth`, `bridge`, `tun`, `openvswitch`; absent for others. */
  readonly kind?: string;
  /** With prefix lengths. */
  readonly addresses: readonly string[];
}

/** A route that the lab made for Windows. */
export interface LinuxRoute {
  readonly prefix: string;
  readonly via: string;
  readonly device: string;
  readonly metric: number;
}

/** Number in /etc/iproute2/rt_protos of nobody: routes that stand for those of Windows are known by it. */
export const routeProtocol = 187;

interface LinkRow {
  readonly ifname: string;
  readonly ifindex: number;
  readonly address?: string;
  readonly mtu: number;
  readonly flags: readonly string[];
  readonly master?: string;
  readonly linkinfo?: { readonly info_kind?: string };
  readonly addr_info?: readonly { readonly family: string; readonly local: string; readonly prefixlen: number }[];
}

export async function readLinks(namespace: Namespace): Promise<readonly Link[]> {
  const { stdout } = await namespace.run('ip', ['-j', '-d', 'addr', 'show']);
  return (JSON.parse(stdout) as LinkRow[])
    .filter(({ ifname }) => ifname !== undefined)
    .map(({ ifname, ifindex, address, mtu, flags, master, linkinfo, addr_info = [] }) => ({
      name: ifname,
      index: ifindex,
      mac: address ?? '',
      mtu,
      up: flags.includes('UP'),
      ...(master === undefined ? {} : { master }),
      ...(linkinfo?.info_kind === undefined ? {} : { kind: linkinfo.info_kind }),
      addresses: addr_info.flatMap(({ family, local, prefixlen }) =>
        family === 'inet' ? [`${local}/${prefixlen}`] : [],
      ),
    }));
}

interface RouteRow {
  readonly dst: string;
  readonly gateway?: string;
  readonly dev: string;
  readonly metric?: number;
}

export async function readRoutes(namespace: Namespace): Promise<readonly LinuxRoute[]> {
  const { stdout } = await namespace.run('ip', ['-j', '-4', 'route', 'show', 'proto', String(routeProtocol)]);
  return (JSON.parse(stdout || '[]') as RouteRow[]).map(({ dst, gateway, dev, metric }) => ({
    prefix: dst === 'default' ? '0.0.0.0/0' : dst.includes('/') ? dst : `${dst}/32`,
    via: gateway ?? '0.0.0.0',
    device: dev,
    metric: metric ?? 0,
  }));
}
