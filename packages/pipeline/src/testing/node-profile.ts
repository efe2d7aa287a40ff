import { parseIp, parseMac } from '@antrea-ts/net-types';
import type { NodeProfile } from '../profile.js';

const bothFamilies: readonly string[] = ['10.10.0.1', 'fd10::1'];

/**
 * A Linux Node as most tests want it: tunnels, Services and Antrea's policies, no Egress. Its families are those of the
 * addresses of its gateway, by default both.
 */
export function nodeProfile(
  changes: Partial<NodeProfile> = {},
  gatewayAddresses: readonly string[] = bothFamilies,
): NodeProfile {
  const addresses = gatewayAddresses.map(parseIp);
  return {
    mode: 'encap',
    families: addresses.map(({ family }) => family),
    gateway: { ofPort: 2, mac: parseMac('0e:00:00:00:00:01'), addresses },
    tunnelOfPort: 1,
    proxy: true,
    antreaPolicy: true,
    egress: false,
    serviceCidrs: [],
    hostSource: 'packetMark',
    cookieRound: 1,
    ...changes,
  };
}
