import type { ControlplaneService, NetworkPolicyReference } from '@antrea-ts/apis';
import type { Cidr } from '@antrea-ts/net-types';
import type { RuleIpBlock, RulePriority, RuleText } from './completed-rule.js';
import {
  field,
  fields,
  integer,
  list,
  Malformed,
  name,
  oneOf,
  optional,
  port,
  text,
  type Fields,
} from './malformed.js';
import { readCidr } from './read-address.js';
import { packBlocks, type RuleBlocks } from './rule-blocks.js';

/** A rule before its groups were looked up. */
export interface ReadRule {
  readonly text: RuleText;
  readonly appliedToGroups: readonly string[];
  readonly addressGroups: readonly string[];
  readonly ipBlocks: RuleBlocks;
  readonly fqdns: readonly string[];
}

export interface ReadPolicy {
  /** Of the message: the UID of the object that a user wrote. */
  readonly name: string;
  readonly source: NetworkPolicyReference;
  readonly generation: number;
  readonly rules: readonly ReadRule[];
}

/** What the rules of a policy have in common. */
interface AboutPolicy {
  readonly name: string;
  readonly source: NetworkPolicyReference;
  readonly priority: Pick<RulePriority, 'tier' | 'policy'> | undefined;
  readonly applied: readonly string[];
  readonly hash: (text: string) => string;
}

/**
 * Reads a policy, whole or not at all: a rule that is left out would be a hole or a blockade that nobody asked for.
 * Rules that say the same are one. `hash` gives a rule its id. Throws `Malformed`.
 */
export function readPolicy(value: unknown, hash: (text: string) => string): ReadPolicy {
  const policy = fields(value);
  const metadata = field(policy, 'metadata', fields);
  const source = field(policy, 'sourceRef', readSource);
  const about: AboutPolicy = {
    name: field(policy, 'metadata', () => field(metadata, 'name', name)),
    source,
    priority: readPriority(policy, source),
    applied: list(policy, 'appliedToGroups', name),
    hash,
  };
  const rules = list(policy, 'rules', (rule) => readRule(rule, about));
  return {
    name: about.name,
    source,
    generation: optional(metadata, 'generation', integer(0, Number.MAX_SAFE_INTEGER)) ?? 0,
    rules: [...new Map(rules.map((rule) => [rule.text.id, rule])).values()],
  };
}

function readSource(value: unknown): NetworkPolicyReference {
  const source = fields(value);
  const namespace = optional(source, 'namespace', text);
  return {
    type: field(source, 'type', oneOf('K8sNetworkPolicy', 'AntreaClusterNetworkPolicy', 'AntreaNetworkPolicy')),
    ...(namespace && { namespace }),
    name: field(source, 'name', name),
    uid: field(source, 'uid', name),
  };
}

function readPriority(policy: Fields, source: NetworkPolicyReference): AboutPolicy['priority'] {
  if (source.type === 'K8sNetworkPolicy') return undefined;
  return { tier: optional(policy, 'tierPriority', integer(0, 255)) ?? 0, policy: field(policy, 'priority', finite) };
}

function finite(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Malformed('is not a number');
  return value;
}

const direction = oneOf('In', 'Out');
const action = oneOf('Allow', 'Drop', 'Reject');
const index = integer(-1, 0x7fff_ffff);

function readRule(value: unknown, about: AboutPolicy): ReadRule {
  const rule = fields(value);
  const to = field(rule, 'direction', direction);
  const parts = {
    name: optional(rule, 'name', text) ?? '',
    direction: to,
    action: about.priority ? (optional(rule, 'action', action) ?? 'Allow') : field(rule, 'action', allowOnly),
    enableLogging: rule['enableLogging'] === true,
    services: list(rule, 'services', readService),
    ...(about.priority && { priority: { ...about.priority, rule: optional(rule, 'priority', index) ?? 0 } }),
  };
  const own = list(rule, 'appliedToGroups', name);
  const peer = optional(rule, to === 'In' ? 'from' : 'to', readPeer) ?? readPeer({});
  const groups = { appliedToGroups: unique(own.length > 0 ? own : about.applied), ...peer };
  const id = about.hash(identity(about.name, parts, groups));
  return { text: { id, policy: about.source, ...parts }, ...groups, ipBlocks: packBlocks(peer.ipBlocks) };
}

function allowOnly(value: unknown): 'Allow' {
  if (value === undefined || value === null || value === 'Allow') return 'Allow';
  throw new Malformed('is not Allow, and Kubernetes policies only allow');
}

interface ReadPeer extends Pick<ReadRule, 'addressGroups' | 'fqdns'> {
  readonly ipBlocks: readonly RuleIpBlock[];
}

function readPeer(value: unknown): ReadPeer {
  const peer = fields(value);
  return {
    addressGroups: unique(list(peer, 'addressGroups', name)),
    ipBlocks: list(peer, 'ipBlocks', readIpBlock),
    fqdns: unique(list(peer, 'fqdns', name)),
  };
}

/** Everything that makes a rule another rule. A policy's UID is in it, what the user called the policy is not. */
function identity(
  uid: string,
  { name: called, direction: to, action: does, enableLogging, services, priority }: Omit<RuleText, 'id' | 'policy'>,
  { appliedToGroups, addressGroups, fqdns, ipBlocks }: ReadPeer & Pick<ReadRule, 'appliedToGroups'>,
): string {
  const order = priority && [priority.tier, priority.policy, priority.rule];
  const ports = services.map(({ protocol, port: number, endPort }) => [protocol, number, endPort]);
  const nets = ipBlocks.map(({ cidr, except }) => [netText(cidr), ...except.map(netText)]);
  return JSON.stringify([
    uid,
    called,
    to,
    does,
    enableLogging,
    ports,
    order,
    appliedToGroups,
    addressGroups,
    fqdns,
    nets,
  ]);
}

/** With the IP version: 0.0.0.0/0 and ::/0 have the same bits. */
function netText({ address: { family, value: bits }, prefixLength }: Cidr): string {
  return `${family} ${bits}/${prefixLength}`;
}

function readIpBlock(value: unknown): RuleIpBlock {
  const block = fields(value);
  return { cidr: field(block, 'cidr', readCidr), except: list(block, 'except', readCidr) };
}

const protocol = oneOf('TCP', 'UDP', 'SCTP');

function readService(value: unknown): ControlplaneService {
  const service = fields(value);
  const named = typeof service['port'] === 'string';
  const number = named ? undefined : optional(service, 'port', port);
  const endPort = optional(service, 'endPort', port);
  if (endPort !== undefined && (number === undefined || endPort < number)) {
    throw new Malformed('is before port', '.endPort');
  }
  return {
    protocol: optional(service, 'protocol', protocol) ?? 'TCP',
    ...(named && { port: field(service, 'port', name) }),
    ...(number !== undefined && { port: number }),
    ...(endPort !== undefined && { endPort }),
  };
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
