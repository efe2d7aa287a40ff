import { tryParseCidr, tryParseIp, type Cidr, type IpAddress } from '@antrea-ts/net-types';
import type { Node } from './kubernetes.js';

const families = ['ipv4', 'ipv6'] as const;

/**
 * The addresses of a Node, at most one per family, IPv4 first: its InternalIPs, or where there are none its
 * ExternalIPs; the last of each family counts (1.3: pkg/util/k8s/node.go). Text that is no address is passed over.
 */
export function nodeAddresses(node: Node): IpAddress[] {
  const ofType = (type: string): IpAddress[] =>
    (node.status?.addresses ?? []).filter((row) => row.type === type).flatMap((row) => tryParseIp(row.address) ?? []);
  const internal = ofType('InternalIP');
  const addresses = internal.length > 0 ? internal : ofType('ExternalIP');
  return families.flatMap((family) => addresses.findLast((address) => address.family === family) ?? []);
}

/** The Pod CIDRs of a Node, the first of each family, IPv4 first. Text that is no CIDR is passed over. */
export function podCidrsOf(node: Node): Cidr[] {
  const { podCIDRs = [], podCIDR } = node.spec ?? {};
  const texts = podCIDRs.length > 0 ? podCIDRs : podCIDR ? [podCIDR] : [];
  const cidrs = texts.flatMap((text) => tryParseCidr(text) ?? []);
  return families.flatMap((family) => cidrs.find((cidr) => cidr.address.family === family) ?? []);
}
