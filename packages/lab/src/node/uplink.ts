import type { LabOptions } from '../options.js';
import type { AddressPlan, NodePlan } from '../plan/addresses.js';
import { nodad } from '../network/network-between.js';
import type { Namespace } from '../process/namespace.js';
import { nodeInterface, transportInterface } from './lab-node.js';

/** One way out of a Node: the cable, and the interface that has the addresses. */
interface Uplink {
  readonly link: string;
  readonly device: string;
  /** With prefix lengths. */
  readonly addresses: readonly string[];
  readonly routers: readonly string[];
}

function uplinksOf(plan: AddressPlan, node: NodePlan, options: Pick<LabOptions, 'datapath'>): Uplink[] {
  const first: Uplink = {
    link: 'eth0',
    device: nodeInterface(options),
    addresses: plan.families.map(({ underlayPrefix }, index) => `${node.addresses[index]}/${underlayPrefix}`),
    routers: node.subnet.routers,
  };
  if (node.transportAddresses.length === 0) return [first];
  const second = { link: 'eth1', device: transportInterface(options), addresses: node.transportAddresses, routers: [] };
  return [first, second];
}

/** The `ip -batch` text that puts addresses and default routes in place; repeated it changes nothing. */
export function renderUplink({ link, device, addresses, routers }: Uplink): string {
  return [
    `link set ${link} up`,
    `link set ${device} up`,
    ...addresses.map((address) => `addr replace ${address} dev ${device} ${nodad(familyOf(address))}`),
    ...routers.map((router) => `route replace default via ${router} dev ${device}`),
    '',
  ].join('\n');
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}

/**
 * Puts the Node on the underlay, and on the second one where it has addresses there. With the userspace datapath each
 * interface becomes a port of a bridge, as Antrea does on Kind: the kernel must then not take its frames a second time.
 */
export async function connectUplink(
  node: NodePlan,
  plan: AddressPlan,
  options: Pick<LabOptions, 'datapath'>,
  namespace: Namespace,
): Promise<void> {
  for (const uplink of uplinksOf(plan, node, options)) {
    const { link, device, addresses } = uplink;
    if (device !== link)
      await bridgeOver(
        link,
        device,
        addresses.some((address) => familyOf(address) === 'ipv4'),
        namespace,
      );
    await namespace.run('ip', ['-batch', '-'], { input: renderUplink(uplink) });
  }
}

async function bridgeOver(link: string, bridge: string, hasIpv4: boolean, namespace: Namespace): Promise<void> {
  const { stdout } = await namespace.run('cat', [`/sys/class/net/${link}/address`]);
  await namespace.run('sh', ['-c', `echo 1 >/proc/sys/net/ipv6/conf/${link}/disable_ipv6 2>/dev/null || true`]);
  await namespace.run('ovs-vsctl', [
    '--timeout=15',
    ...`-- --may-exist add-br ${bridge}`.split(' '),
    ...`-- set Bridge ${bridge} datapath_type=netdev fail-mode=standalone`.split(' '),
    `other_config:hwaddr="${stdout.trim()}"`,
    ...`-- --may-exist add-port ${bridge} ${link}`.split(' '),
  ]);
  if (hasIpv4) await dropInKernel(link, namespace);
}

async function dropInKernel(link: string, namespace: Namespace): Promise<void> {
  const rule = ['PREROUTING', '-i', link, '-j', 'DROP'];
  const table = ['-w', '-t', 'raw'];
  const there = await namespace.run('iptables', [...table, '-C', ...rule]).then(
    () => true,
    () => false,
  );
  if (!there) await namespace.run('iptables', [...table, '-A', ...rule]);
}
