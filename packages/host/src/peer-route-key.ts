import { formatCidr, type Cidr } from '@antrea-ts/net-types';

/** The key of a peer route: its destination. */
export function peerRouteKey(route: { readonly destination: Cidr }): string {
  return formatCidr(route.destination);
}
