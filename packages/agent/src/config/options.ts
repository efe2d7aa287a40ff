import { hostname } from 'node:os';
import type { AgentFeatureGate } from '@antrea-ts/apis';
import { parseCidr, type Cidr } from '@antrea-ts/net-types';
import { supportsEncap, type TrafficMode } from '@antrea-ts/pipeline';
import { tlsSettings, type ConfigPlatform, type TlsSettings } from '@antrea-ts/runtime';
import { AgentError } from '../errors.js';
import type { AgentConfig } from './keys.js';
import { windowsProblems } from './windows-options.js';

/** What the agent was told to do: the configuration, checked as a whole and in the words of the code. */
export interface AgentOptions extends Omit<
  AgentConfig,
  | 'noSNAT'
  | 'enableIPSecTunnel'
  | 'serviceCIDR'
  | 'serviceCIDRv6'
  | 'featureGates'
  | 'tlsCipherSuites'
  | 'tlsMinVersion'
> {
  readonly noSnat: boolean;
  readonly serviceCidrs: readonly Cidr[];
  readonly gates: Readonly<Record<AgentFeatureGate, boolean>>;
  /** Of the API. */
  readonly tls: TlsSettings;
}

export type DatapathType = AgentConfig['ovsDatapathType'];

/**
 * Derives the options. Throws one `AgentError` that lists every combination which cannot be. `datapathTypes`: those of a
 * Windows Node's Open vSwitch.
 */
export function agentOptions(
  config: AgentConfig,
  platform: ConfigPlatform = 'linux',
  datapathTypes: readonly DatapathType[] = ['system'],
): AgentOptions {
  const { noSNAT, enableIPSecTunnel, serviceCIDR, serviceCIDRv6, featureGates, ...others } = config;
  const { tlsCipherSuites, tlsMinVersion, ...rest } = others;
  const tls = tlsSettings({ tlsCipherSuites, tlsMinVersion });
  const mode = config.trafficEncapMode;
  const options: AgentOptions = {
    ...rest,
    nodeName: nodeNameOf(config, platform),
    trafficEncryptionMode: enableIPSecTunnel ? 'ipsec' : config.trafficEncryptionMode,
    noSnat: noSNAT || mode === 'networkPolicyOnly',
    serviceCidrs: [serviceCIDR, serviceCIDRv6].filter((text) => text !== '').map((text) => parseCidr(text)),
    gates: featureGates,
    tls: tls.ok ? tls.settings : {},
  };
  const tlsProblems = tls.ok ? [] : [`${tls.key}: ${tls.problem}`];
  const problems = [
    ...tlsProblems,
    ...optionConflicts(options, config),
    ...(platform === 'windows' ? windowsProblems(options, datapathTypes) : []),
    ...unsupportedOptions(options),
  ];
  if (problems.length > 0) {
    throw new AgentError('config', `antrea-agent: the configuration cannot be:\n  ${problems.join('\n  ')}`);
  }
  return options;
}

/** Windows keeps names of machines in capitals, Kubernetes has none. */
function nodeNameOf({ nodeName }: AgentConfig, platform: ConfigPlatform): string {
  const name = nodeName || hostname();
  return platform === 'windows' ? name.toLowerCase() : name;
}

const needsNoEncap: readonly TrafficMode[] = ['noEncap', 'hybrid', 'networkPolicyOnly'];

/** Combinations that exclude each other, one sentence each: both keys, and the way out. */
function optionConflicts(options: AgentOptions, config: AgentConfig): string[] {
  const { trafficEncapMode: mode } = options;
  const encryption = encryptionKey(config);
  const conflicts: string[] = [];
  if (needsNoEncap.includes(mode)) {
    if (!options.gates.AntreaProxy) {
      conflicts.push(
        `trafficEncapMode ${mode} with featureGates.AntreaProxy false: this mode requires AntreaProxy to be enabled`,
      );
    }
    if (encryption) {
      conflicts.push(`${encryption} with trafficEncapMode ${mode}: encryption may only be enabled in encap mode`);
    }
  }
  if (options.antreaProxy.proxyAll && !options.gates.AntreaProxy) {
    conflicts.push(
      'antreaProxy.proxyAll true with featureGates.AntreaProxy false: proxyAll requires AntreaProxy to be enabled',
    );
  }
  if (config.noSNAT && mode !== 'noEncap' && mode !== 'networkPolicyOnly') {
    conflicts.push(
      `noSNAT true with trafficEncapMode ${mode}: noSNAT is only applicable to noEncap and networkPolicyOnly`,
    );
  }
  if (options.tunnelType === 'stt' && options.ovsDatapathType === 'netdev' && supportsEncap(mode)) {
    conflicts.push(
      'tunnelType stt with ovsDatapathType netdev: the userspace datapath takes such a port and sends nothing through ' +
        'it; use geneve, vxlan or gre',
    );
  }
  return conflicts;
}

/** The key that asks for encryption, as it was written; the deprecated one wins, as in 1.3. */
function encryptionKey({ enableIPSecTunnel, trafficEncryptionMode }: AgentConfig): string | undefined {
  if (enableIPSecTunnel) return 'enableIPSecTunnel true';
  return trafficEncryptionMode === 'none' ? undefined : `trafficEncryptionMode ${trafficEncryptionMode}`;
}

/** What is valid in 1.3 but not built here yet. Refused, because to ignore it would be a promise not kept. */
function unsupportedOptions(options: AgentOptions): string[] {
  const unsupported: string[] = [];
  if (options.trafficEncryptionMode !== 'none') {
    unsupported.push(
      `trafficEncryptionMode ${options.trafficEncryptionMode} is not available in this version; use none`,
    );
  }
  return unsupported;
}
