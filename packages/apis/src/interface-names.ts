/** Longest name of an interface that Linux takes. */
export const maxInterfaceNameLength = 15;

const partLength = 8;
const hashLength = 6;

/** SHA-1 of UTF-8 text in hexadecimal, which the platform offers and this package does not. */
export type Sha1Hex = (text: string) => string;

/**
 * Name of a Pod's interface on the Node and of its port: up to 8 characters of the Pod's name, and a hash of the
 * container's id (1.3: pkg/agent/util/net.go). The Namespace has no part in it. At most 15 characters.
 */
export function podInterfaceName(podName: string, containerId: string, sha1Hex: Sha1Hex): string {
  return hashedName(podName.slice(0, partLength), sha1Hex(containerId));
}

/** Name of the IPsec tunnel port towards a Node: the last 8 characters of its name, and a hash. */
export function nodeTunnelName(nodeName: string, sha1Hex: Sha1Hex): string {
  return hashedName(nodeName.slice(-partLength), sha1Hex(`node/${nodeName}`));
}

/** A name must not begin with a dash: tools would take it for an option. */
function hashedName(part: string, hash: string): string {
  return `${part.replace(/^-+/, '')}-${hash.slice(0, hashLength)}`;
}
