/** Node annotation: MAC address of the transport interface, which Windows peers need in modes without encapsulation. */
export const macAddressAnnotation = 'node.antrea.io/mac-address';

/** Node annotation: addresses of the configured transport interface between commas, IPv4 first. */
export const transportAddressesAnnotation = 'node.antrea.io/transport-addresses';

/** Node annotation: the Node's WireGuard public key in base64. */
export const wireGuardPublicKeyAnnotation = 'node.antrea.io/wireguard-public-key';

/** Keys of `external_ids` in OVSDB, as 1.3: what makes a port ours and says whose it is. */
export const externalIdKeys = {
  /** MAC address in the Pod. */
  attachedMac: 'attached-mac',
  /** The Pod's addresses between commas. */
  ipAddress: 'ip-address',
  /** Id of the sandbox; a port that has it is a Pod's. */
  containerId: 'container-id',
  podName: 'pod-name',
  podNamespace: 'pod-namespace',
  /** On ports whose interface another CNI plugin made: addresses that its Node's end had, between commas. */
  adoptedAddresses: 'antrea-ts-adopted-addresses',
  /** The MTU that the Pod's interface was made with, in decimal. */
  mtu: 'antrea-ts-mtu',
  /** Peer of an IPsec tunnel port. */
  nodeName: 'node-name',
  /** On the Bridge row: the round of flows, in decimal. */
  roundNumber: 'roundNum',
} as const;

/** Ports of the bridge that always have the same number. */
export const ofPorts = { tunnel: 1, gateway: 2, uplink: 3, local: 0xfffffffe } as const;

/** Name of the tunnel port unless one with another name is found under its number. */
export const defaultTunnelName = 'antrea-tun0';

/** Name of the WireGuard interface, which is not a port of the bridge. */
export const wireGuardInterfaceName = 'antrea-wg0';
