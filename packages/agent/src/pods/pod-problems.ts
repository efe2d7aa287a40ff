import type { PodInterfaceSpec, PodInterfaceState } from '@antrea-ts/host';
import { formatCidr, formatInterfaceAddress, formatIp, ipEquals } from '@antrea-ts/net-types';
import type { PodPort } from './pod-store.js';

/** What is there of a Pod's connection. */
interface Found {
  readonly state: PodInterfaceState | undefined;
  readonly known: PodPort | undefined;
  /** Of the bridge. */
  readonly port: object | undefined;
}

/** What of a Pod's connection is not as it was made, a sentence each. */
export function podProblems(spec: PodInterfaceSpec, { state, known, port }: Found): readonly string[] {
  if (!state) return [`interface ${spec.name} in ${spec.netns} is gone`];
  const problems = interfaceProblems(spec, state);
  if (!known) return [...problems, `the agent knows no Pod for container ${spec.containerId}`];
  if (known.mac !== state.mac) problems.push(`MAC of ${spec.name} is ${state.mac}, not ${known.mac}`);
  const missing = spec.addresses.filter(({ address }) => !known.addresses.some((own) => ipEquals(own, address)));
  for (const { address } of missing) problems.push(`the agent does not know the address ${formatIp(address)}`);
  if (!port) problems.push(`OVS has no port ${spec.hostName}`);
  return problems;
}

function interfaceProblems(spec: PodInterfaceSpec, state: PodInterfaceState): string[] {
  const problems: string[] = [];
  if (!state.up) problems.push(`interface ${spec.name} is down`);
  if (state.hostName !== spec.hostName) problems.push(`its peer is ${state.hostName}, not ${spec.hostName}`);
  for (const wanted of spec.addresses) {
    const found = state.addresses.some(
      (own) => ipEquals(own.address, wanted.address) && own.prefixLength === wanted.prefixLength,
    );
    if (!found) problems.push(`address ${formatInterfaceAddress(wanted)} is missing on ${spec.name}`);
  }
  for (const wanted of spec.routes) {
    const found = state.routes.some(
      (own) =>
        formatCidr(own.destination) === formatCidr(wanted.destination) &&
        own.gateway !== undefined &&
        wanted.gateway !== undefined &&
        ipEquals(own.gateway, wanted.gateway),
    );
    if (!found) problems.push(`route ${formatCidr(wanted.destination)} is missing in the Pod`);
  }
  return problems;
}
