import type { LabOptions } from '../options.js';
import type { AddressPlan, NodePlan } from '../plan/addresses.js';
import { nodad } from '../network/network-between.js';
import type { Namespace } from '../process/namespace.js';
import { nodeInterface } from './lab-node.js';

/** The `ip -batch` text that puts the Node's addresses and default routes in place; repeated it changes nothing. */
export function renderUplink(plan: AddressPlan, node: NodePlan, device: string): string {
  return [
    'link set eth0 up',
    `link set ${device} up`,
    ...plan.families.flatMap(({ family, underlayPrefix, underlayRouter }, index) => [
      `addr replace ${node.addresses[index]}/${underlayPrefix} dev ${device} ${nodad(family)}`,
      `route replace default via ${underlayRouter} dev ${device}`,
    ]),
    '',
  ].join('\n');
}

/**
 * Puts the Node on the underlay. With the userspace datapath the interface becomes a port of the bridge `br-phy`, as
 * Antrea does on Kind: the kernel must then not take eth0's frames a second time.
 */
export async function connectUplink(
  node: NodePlan,
  plan: AddressPlan,
  options: Pick<LabOptions, 'datapath'>,
  namespace: Namespace,
): Promise<void> {
  const device = nodeInterface(options);
  if (device === 'br-phy') {
    const { stdout } = await namespace.run('cat', ['/sys/class/net/eth0/address']);
    await namespace.run('sh', ['-c', 'echo 1 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6 2>/dev/null || true']);
    await namespace.run('ovs-vsctl', [
      '--timeout=15',
      ...`-- --may-exist add-br ${device}`.split(' '),
      ...`-- set Bridge ${device} datapath_type=netdev fail-mode=standalone`.split(' '),
      `other_config:hwaddr="${stdout.trim()}"`,
      ...`-- --may-exist add-port ${device} eth0`.split(' '),
    ]);
    if (plan.families.some(({ family }) => family === 'ipv4')) await dropInKernel(namespace);
  }
  await namespace.run('ip', ['-batch', '-'], { input: renderUplink(plan, node, device) });
}

async function dropInKernel(namespace: Namespace): Promise<void> {
  const rule = ['PREROUTING', '-i', 'eth0', '-j', 'DROP'];
  const table = ['-w', '-t', 'raw'];
  const there = await namespace.run('iptables', [...table, '-C', ...rule]).then(
    () => true,
    () => false,
  );
  if (!there) await namespace.run('iptables', [...table, '-A', ...rule]);
}
