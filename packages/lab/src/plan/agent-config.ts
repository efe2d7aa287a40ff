import { agentFeatureGates } from '@antrea-ts/apis';
import { parse, stringify } from 'yaml';
import { LabError } from '../errors.js';
import { transportInterface } from '../node/lab-node.js';
import type { LabOptions } from '../options.js';
import type { AddressPlan, NodePlan } from './addresses.js';

type Mapping = Record<string, unknown>;

/**
 * Renders a Node's `antrea-agent.conf`. The user's file wins over what the lab's options say; mappings (such as
 * `featureGates`) are merged key by key. Throws when the user's file is not a YAML mapping.
 */
export function renderAgentConfig(
  options: LabOptions,
  plan: AddressPlan,
  { os = 'linux', kubeconfig }: { readonly os?: NodePlan['os']; readonly kubeconfig: string },
): string {
  const serviceCidr = (family: string): string | undefined =>
    plan.families.find((candidate) => candidate.family === family)?.serviceCidr;
  const v6 = serviceCidr('ipv6');
  const base: Mapping = {
    ovsDatapathType: options.datapath,
    trafficEncapMode: options.mode,
    tunnelType: options.tunnel,
    trafficEncryptionMode: options.encryption,
    // The agent sees the same /proc as the kubelet: a Pod's namespace path needs no prefix.
    hostProcPathPrefix: '',
    serviceCIDR: serviceCidr('ipv4') ?? '10.96.0.0/12',
    ...(v6 === undefined ? {} : { serviceCIDRv6: v6 }),
    ...(options.transportInterface ? { transportInterface: transportInterface(options) } : {}),
    clientConnection: { kubeconfig },
    ...(Object.keys(options.featureGates).length > 0 ? { featureGates: options.featureGates } : {}),
  };
  const config = merge(base, parseMapping(options.agentConfig));
  return stringify(os === 'windows' ? withoutLinuxGates(config) : config);
}

/** A Windows agent refuses these; those of the other Nodes may have them. */
const linuxGates: readonly string[] = ['Egress', 'NodePortLocal'];

function withoutLinuxGates(config: Mapping): Mapping {
  const { featureGates, ...others } = config;
  if (!isMapping(featureGates)) return config;
  const kept = Object.entries(featureGates).filter(([gate]) => !linuxGates.includes(gate));
  return { ...others, ...(kept.length > 0 ? { featureGates: Object.fromEntries(kept) } : {}) };
}

/** Whether agents balance Services: without it nobody in a lab answers to cluster addresses. */
export function servesServices({
  featureGates,
  agentConfig,
}: Pick<LabOptions, 'featureGates' | 'agentConfig'>): boolean {
  const given = parseMapping(agentConfig)['featureGates'];
  const gates = { ...featureGates, ...(isMapping(given) ? given : {}) };
  return gates['AntreaProxy'] !== undefined ? gates['AntreaProxy'] === true : agentFeatureGates.AntreaProxy.default;
}

function parseMapping(text: string): Mapping {
  if (text.trim() === '') return {};
  let value: unknown;
  try {
    value = parse(text);
  } catch (cause) {
    throw new LabError('usage', `--config: not valid YAML: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
  if (value === null || value === undefined) return {};
  if (!isMapping(value)) throw new LabError('usage', '--config: must be a YAML mapping of antrea-agent.conf keys');
  return value;
}

function merge(base: Mapping, over: Mapping): Mapping {
  const merged: Mapping = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isMapping(below) && isMapping(value) ? merge(below, value) : value;
  }
  return merged;
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
