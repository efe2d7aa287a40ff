import type { LabOptions } from '../options.js';
import type { NodePlan } from './addresses.js';

/** Configuration of one plugin, as far as a runtime hands it on. */
export interface PluginConfig {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** A list of plugins, called one after the other: a `.conflist` of CNI. */
export interface NetworkConfigList {
  readonly cniVersion: string;
  readonly name: string;
  readonly plugins: readonly PluginConfig[];
}

const cniVersion = '0.4.0';

/** What Antrea's installer puts into `/etc/cni/net.d`, as far as it matters here. */
export const antreaAlone: NetworkConfigList = {
  cniVersion,
  name: 'antrea',
  plugins: [{ type: 'antrea', ipam: { type: 'host-local' } }],
};

/**
 * How Pods of a Node are connected. In networkPolicyOnly mode by Debian's `ptp`, which stands for a cloud's own plugin:
 * addresses of the Node's range, a veth pair, a route of the Node to each Pod. Antrea comes after it.
 */
export function planNetworkConfig({ mode }: Pick<LabOptions, 'mode'>, { podCidrs }: NodePlan): NetworkConfigList {
  if (mode !== 'networkPolicyOnly') return antreaAlone;
  const everywhere = podCidrs.map((cidr) => ({ dst: cidr.includes(':') ? '::/0' : '0.0.0.0/0' }));
  const ipam = { type: 'host-local', ranges: podCidrs.map((subnet) => [{ subnet }]), routes: everywhere };
  return { cniVersion, name: 'lab-cloud', plugins: [{ type: 'ptp', ipam }, { type: 'antrea' }] };
}
