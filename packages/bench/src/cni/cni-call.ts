/** The parameters of a call, apart from the plugin. */
export interface CniCall {
  readonly command: 'ADD' | 'DEL';
  readonly containerId: string;
  readonly netns: string;
}

const pluginPath = '/opt/cni/bin:/usr/lib/cni';

/** The environment that a container runtime gives a plugin. */
export function cniEnvironment({ command, containerId, netns }: CniCall): Record<string, string> {
  return {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    CNI_COMMAND: command,
    CNI_CONTAINERID: containerId,
    CNI_NETNS: netns,
    CNI_IFNAME: 'eth0',
    CNI_PATH: pluginPath,
    CNI_ARGS: `IgnoreUnknown=1;K8S_POD_NAMESPACE=bench;K8S_POD_NAME=${containerId};K8S_POD_INFRA_CONTAINER_ID=${containerId}`,
  };
}

/** Our network configuration, as a runtime hands it to the plugin. */
export const antreaConfig = JSON.stringify({
  cniVersion: '0.4.0',
  name: 'antrea',
  type: 'antrea',
  ipam: { type: 'host-local' },
});

const peerIpam = { type: 'host-local', ranges: [[{ subnet: '10.99.0.0/16' }]], routes: [{ dst: '0.0.0.0/0' }] };

/** The standard plugin that does the most similar: a veth pair on a bridge of the Node, addresses by host-local. */
export const bridgeConfig = JSON.stringify({
  cniVersion: '0.4.0',
  name: 'bench-bridge',
  type: 'bridge',
  bridge: 'bench0',
  isGateway: true,
  ipam: peerIpam,
});

/** For host-local by itself, as our agent calls it. */
export const hostLocalConfig = JSON.stringify({
  cniVersion: '0.4.0',
  name: 'bench-ipam',
  type: 'antrea',
  ipam: peerIpam,
});
