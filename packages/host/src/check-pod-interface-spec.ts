import { formatCidr, formatIp } from '@antrea-ts/net-types';
import { HostError } from './host-error.js';
import type { PodInterfaceSpec } from './pod.js';

/** Interface names of Linux end at 15 characters; the same names are used everywhere. */
const longestInterfaceName = 15;

/** Refuses what no host can make, before anything is touched. Throws {@link HostError} `invalid-argument`. */
export function checkPodInterfaceSpec(spec: PodInterfaceSpec): void {
  const refuse = (problem: string): never => {
    throw new HostError('invalid-argument', `attach container ${spec.containerId || '(no id)'}: ${problem}`);
  };
  if (spec.containerId === '') refuse('the container id is empty');
  if (spec.netns === '') refuse('the network namespace is empty');
  for (const [what, name] of [
    ['interface name', spec.name],
    ['host interface name', spec.hostName],
  ] as const) {
    if (!isInterfaceName(name)) {
      refuse(`${what} "${name}" must have 1 to ${longestInterfaceName} characters without "/", ":" and spaces`);
    }
  }
  if (!Number.isInteger(spec.mtu) || spec.mtu < 68 || spec.mtu > 65_535) {
    refuse(`MTU ${spec.mtu} must be between 68 and 65535`);
  }
  if (spec.mtu < 1280 && spec.addresses.some(({ address }) => address.family === 'ipv6')) {
    refuse(`MTU ${spec.mtu} is below 1280, the least that IPv6 works with`);
  }
  for (const { destination, gateway } of spec.routes) {
    if (gateway !== undefined && gateway.family !== destination.address.family) {
      refuse(`route ${formatCidr(destination)} via ${formatIp(gateway)}: destination and gateway differ in family`);
    }
  }
}

function isInterfaceName(name: string): boolean {
  return (
    name.length > 0 && name.length <= longestInterfaceName && !/[\s/:]/.test(name) && name !== '.' && name !== '..'
  );
}
