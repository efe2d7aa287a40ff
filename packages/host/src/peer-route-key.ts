import { formatCidr } from '@antrea-ts/net-types';
import type { PeerRoute } from './host.js';

/** The key of a peer route: its destination, and where it is when another version left it elsewhere. */
export function peerRouteKey({ destination, elsewhere }: Pick<PeerRoute, 'destination' | 'elsewhere'>): string {
  return [
    formatCidr(destination),
    ...(elsewhere?.table === undefined ? [] : [`table ${elsewhere.table}`]),
    ...(elsewhere?.metric === undefined ? [] : [`metric ${elsewhere.metric}`]),
  ].join(' ');
}
