import type { ControlplaneService, NetworkPolicyReference, PolicyType } from '@antrea-ts/apis';
import type { RuleIpBlock, RulePriority, RuleText } from './completed-rule.js';
import { integerOf, listOf, Malformed, nameOf, oneOf, recordOf, textOf } from './malformed.js';
import { readCidr } from './read-address.js';

/** A rule before its groups were looked up. */
export interface ReadRule {
  readonly text: RuleText;
  readonly appliedToGroups: readonly string[];
  readonly addressGroups: readonly string[];
  readonly ipBlocks: readonly RuleIpBlock[];
  readonly fqdns: readonly string[];
}

export interface ReadPolicy {
  /** Of the message: the UID of the object that a user wrote. */
  readonly name: string;
  readonly source: NetworkPolicyReference;
  readonly generation: number;
  readonly rules: readonly ReadRule[];
}

const policyTypes: readonly PolicyType[] = ['K8sNetworkPolicy', 'AntreaClusterNetworkPolicy', 'AntreaNetworkPolicy'];

/**
 * Reads a policy, whole or not at all: a rule that is left out would be a hole or a blockade that nobody asked for.
 * Rules that say the same are one. `hash` gives a rule its id. Throws `Malformed`.
 */
export function readPolicy(value: unknown, hash: (text: string) => string): ReadPolicy {
  const policy = recordOf(value, 'policy');
  const metadata = recordOf(policy['metadata'], 'metadata');
  const name = nameOf(metadata['name'], 'metadata.name');
  const source = readSource(policy['sourceRef']);
  const priority = readPriority(policy, source);
  const applied = listOf(policy['appliedToGroups'], 'appliedToGroups', nameOf);
  const about = { name, source, priority, applied, hash };
  const rules = listOf(policy['rules'], 'rules', (rule, what) => readRule(rule, what, about));
  return {
    name,
    source,
    generation: integerOf(metadata['generation'] ?? 0, 'metadata.generation', 0, Number.MAX_SAFE_INTEGER),
    rules: [...new Map(rules.map((rule) => [rule.text.id, rule])).values()],
  };
}

function readSource(value: unknown): NetworkPolicyReference {
  const { type, namespace, name, uid } = recordOf(value, 'sourceRef');
  return {
    type: oneOf(type, 'sourceRef.type', policyTypes),
    ...(namespace === undefined || namespace === '' ? {} : { namespace: textOf(namespace, 'sourceRef.namespace') }),
    name: nameOf(name, 'sourceRef.name'),
    uid: nameOf(uid, 'sourceRef.uid'),
  };
}

type PolicyPriority = Pick<RulePriority, 'tier' | 'policy'>;

function readPriority(
  policy: Readonly<Record<string, unknown>>,
  source: NetworkPolicyReference,
): PolicyPriority | undefined {
  if (source.type === 'K8sNetworkPolicy') return undefined;
  const { priority, tierPriority } = policy;
  if (typeof priority !== 'number' || !Number.isFinite(priority)) throw new Malformed('priority is not a number');
  return { tier: integerOf(tierPriority ?? 0, 'tierPriority', 0, 255), policy: priority };
}

/** What the rules of a policy have in common. */
interface AboutPolicy {
  readonly name: string;
  readonly source: NetworkPolicyReference;
  readonly priority: PolicyPriority | undefined;
  readonly applied: readonly string[];
  readonly hash: (text: string) => string;
}

function readRule(value: unknown, what: string, about: AboutPolicy): ReadRule {
  const rule = recordOf(value, what);
  const direction = oneOf(rule['direction'], `${what}.direction`, ['In', 'Out']);
  const peer = recordOf(
    rule[direction === 'In' ? 'from' : 'to'] ?? {},
    `${what}.${direction === 'In' ? 'from' : 'to'}`,
  );
  const own = listOf(rule['appliedToGroups'], `${what}.appliedToGroups`, nameOf);
  const ruleIndex = integerOf(rule['priority'] ?? 0, `${what}.priority`, -1, 0x7fff_ffff);
  const parts = {
    name: textOf(rule['name'] ?? '', `${what}.name`),
    direction,
    action: oneOf(rule['action'] ?? 'Allow', `${what}.action`, ['Allow', 'Drop', 'Reject']),
    enableLogging: rule['enableLogging'] === true,
    services: listOf(rule['services'], `${what}.services`, readService),
    ...(about.priority === undefined ? {} : { priority: { ...about.priority, rule: ruleIndex } }),
  };
  if (about.priority === undefined && parts.action !== 'Allow') {
    throw new Malformed(`${what}.action is ${parts.action}, and Kubernetes policies only allow`);
  }
  const groups = {
    appliedToGroups: unique(own.length > 0 ? own : about.applied),
    addressGroups: unique(listOf(peer['addressGroups'], `${what}.addressGroups`, nameOf)),
    ipBlocks: listOf(peer['ipBlocks'], `${what}.ipBlocks`, readIpBlock),
    fqdns: unique(listOf(peer['fqdns'], `${what}.fqdns`, nameOf)),
  };
  const id = about.hash(identity(about.name, parts, groups, peer['ipBlocks']));
  return { text: { id, policy: about.source, ...parts }, ...groups };
}

/** Everything that makes a rule another rule. A policy's UID is in it, what the user called the policy is not. */
function identity(
  uid: string,
  { name, direction, action, enableLogging, services, priority }: Omit<RuleText, 'id' | 'policy'>,
  { appliedToGroups, addressGroups, fqdns }: Pick<ReadRule, 'appliedToGroups' | 'addressGroups' | 'fqdns'>,
  ipBlocks: unknown,
): string {
  const blocks = listOf(ipBlocks, 'ipBlocks', (block) => {
    const { cidr, except } = recordOf(block, 'ipBlock');
    return [netText(cidr), ...listOf(except, 'except', netText)];
  });
  const order = priority && [priority.tier, priority.policy, priority.rule];
  const ports = services.map(({ protocol, port, endPort }) => [protocol, port, endPort]);
  return JSON.stringify([
    uid,
    name,
    direction,
    action,
    enableLogging,
    ports,
    order,
    appliedToGroups,
    addressGroups,
    fqdns,
    blocks,
  ]);
}

function netText(value: unknown): string {
  const { ip, prefixLength } = recordOf(value, 'cidr');
  return `${String(ip)}/${String(prefixLength)}`;
}

function readIpBlock(value: unknown, what: string): RuleIpBlock {
  const { cidr, except } = recordOf(value, what);
  return { cidr: readCidr(cidr, `${what}.cidr`), except: listOf(except, `${what}.except`, readCidr) };
}

function readService(value: unknown, what: string): ControlplaneService {
  const { protocol, port, endPort } = recordOf(value, what);
  const name = typeof port === 'string';
  const number = port === undefined || port === null || name ? undefined : integerOf(port, `${what}.port`, 0, 65535);
  const end = endPort === undefined || endPort === null ? undefined : integerOf(endPort, `${what}.endPort`, 0, 65535);
  if (end !== undefined && (number === undefined || end < number))
    throw new Malformed(`${what}.endPort is before port`);
  return {
    protocol: oneOf(protocol ?? 'TCP', `${what}.protocol`, ['TCP', 'UDP', 'SCTP']),
    ...(name ? { port: nameOf(port, `${what}.port`) } : number === undefined ? {} : { port: number }),
    ...(end === undefined ? {} : { endPort: end }),
  };
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
