/** Annotations on Node objects, as 1.3. */
export const macAddressAnnotation = 'node.antrea.io/mac-address';
export const transportAddressesAnnotation = 'node.antrea.io/transport-addresses';
export const wireGuardPublicKeyAnnotation = 'node.antrea.io/wireguard-public-key';

/** Keys of `external_ids` in OVSDB, as 1.3: what makes a port ours and says whose it is. */
export const externalIdKeys = {
  attachedMac: 'attached-mac',
  ipAddress: 'ip-address',
  containerId: 'container-id',
  podName: 'pod-name',
  podNamespace: 'pod-namespace',
  nodeName: 'node-name',
  /** On the Bridge row. */
  roundNumber: 'roundNum',
} as const;

/** Ports of the bridge that always have the same number. */
export const ofPorts = { tunnel: 1, gateway: 2, uplink: 3 } as const;

export const defaultTunnelName = 'antrea-tun0';

const maxNamePrefix = 8;
const hashLength = 6;

/**
 * Name of a Pod's interface on the Node and of its port: up to 8 characters of the Pod's name, and a hash of the
 * container's id (1.3: pkg/agent/util/net.go). At most 15 characters, as Linux wants it.
 */
export function podInterfaceName(podName: string, containerId: string, sha1Hex: (text: string) => string): string {
  const prefix = podName.slice(0, maxNamePrefix).replace(/^-+/, '');
  return `${prefix}-${sha1Hex(containerId).slice(0, hashLength)}`;
}

/** Name of the IPsec tunnel port towards a Node: the last 8 characters of its name, and a hash. */
export function nodeTunnelName(nodeName: string, sha1Hex: (text: string) => string): string {
  const suffix = nodeName.slice(-maxNamePrefix).replace(/^-+/, '');
  return `${suffix}-${sha1Hex(`node/${nodeName}`).slice(0, hashLength)}`;
}
