import type { Cidr } from '@antrea-ts/net-types';
import type { TrafficMode } from '@antrea-ts/pipeline';

export type TunnelType = 'geneve' | 'vxlan' | 'gre' | 'stt';
export type EncryptionMode = 'none' | 'ipsec' | 'wireGuard';

/** What the agent was told to do: configuration, flags and environment, checked. */
export interface AgentOptions {
  readonly nodeName: string;
  readonly ovsBridge: string;
  readonly ovsDatapathType: 'system' | 'netdev';
  readonly ovsRunDir: string;
  readonly hostGateway: string;
  readonly trafficEncapMode: TrafficMode;
  readonly noSnat: boolean;
  readonly tunnelType: TunnelType;
  readonly trafficEncryptionMode: EncryptionMode;
  /** 0: found out from the transport interface. */
  readonly defaultMtu: number;
  readonly transportInterface: string;
  readonly serviceCidrs: readonly Cidr[];
  readonly hostProcPathPrefix: string;
  readonly cniSocket: string;
  readonly apiPort: number;
  readonly enablePrometheusMetrics: boolean;
  /** Empty: the account that Kubernetes mounts into the Pod. */
  readonly kubeconfig: string;
  readonly kubeApiServerOverride: string;
  readonly featureGates: ReadonlyMap<string, boolean>;
}

const needsNoEncap: readonly TrafficMode[] = ['noEncap', 'hybrid', 'networkPolicyOnly'];

/** Combinations that cannot be, one sentence each; every one names the keys and the way out. */
export function optionConflicts(options: AgentOptions): string[] {
  const { trafficEncapMode: mode, trafficEncryptionMode: encryption } = options;
  const conflicts: string[] = [];
  const gate = (name: string): boolean => options.featureGates.get(name) ?? false;
  if (needsNoEncap.includes(mode)) {
    if (!gate('AntreaProxy')) {
      conflicts.push(
        `trafficEncapMode ${mode} and featureGates.AntreaProxy false: this mode needs AntreaProxy; enable it, or use encap`,
      );
    }
    if (encryption !== 'none') {
      conflicts.push(
        `trafficEncryptionMode ${encryption} and trafficEncapMode ${mode}: encryption works in encap mode only`,
      );
    }
  }
  if (options.noSnat && mode !== 'noEncap' && mode !== 'networkPolicyOnly') {
    conflicts.push(
      `noSNAT true and trafficEncapMode ${mode}: noSNAT is only applicable to noEncap and networkPolicyOnly`,
    );
  }
  return conflicts;
}

/** What is valid in 1.3 but not built here yet, one sentence each. */
export function unsupportedOptions(options: AgentOptions): string[] {
  const unsupported: string[] = [];
  if (options.trafficEncapMode === 'networkPolicyOnly') {
    unsupported.push('trafficEncapMode networkPolicyOnly (CNI chaining) is not available in this version; use encap');
  }
  if (options.trafficEncryptionMode !== 'none') {
    unsupported.push(
      `trafficEncryptionMode ${options.trafficEncryptionMode} is not available in this version; use None`,
    );
  }
  return unsupported;
}
