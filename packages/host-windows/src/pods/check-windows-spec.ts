import { checkPodInterfaceSpec, HostError, tryParseDockerNetns, type PodInterfaceSpec } from '@antrea-ts/host';
import { formatCidr, formatInterfaceAddress } from '@antrea-ts/net-types';
import { isGuid } from '../hns/guid.js';

/** Refuses what Windows cannot make, before anything is touched. */
export function checkWindowsSpec(spec: PodInterfaceSpec): void {
  checkPodInterfaceSpec(spec);
  const refuse = (problem: string): never => {
    throw new HostError('unsupported', `attach container ${spec.containerId}: ${problem}`);
  };
  const ipv6 = spec.addresses.find(({ address }) => address.family === 'ipv6');
  if (ipv6) refuse(`address ${formatInterfaceAddress(ipv6)}: Windows Nodes have IPv4 only`);
  if (spec.addresses.length > 1) refuse('an endpoint has one address');
  const route = spec.routes.find(({ destination }) => destination.prefixLength !== 0);
  if (route) refuse(`route to ${formatCidr(route.destination)}: an endpoint has a gateway, and no other routes`);
  if (!isGuid(spec.netns) && !tryParseDockerNetns(spec.netns)) {
    throw new HostError(
      'netns-missing',
      `attach container ${spec.containerId}: ${spec.netns} is neither the id of a network namespace, as containerd gives it, nor what Docker says`,
    );
  }
}
