import type { AntreaPolicy, AntreaPolicyPeer, AntreaPolicyRule } from '@antrea-ts/apis';
import { brokenSelectorIn, brokenSelectorReason } from '../cluster/broken-selector.js';
import { antreaRuleShape, antreaSpecShape } from '../cluster/object-shapes.js';
import { show } from '../cluster/unreadable.js';
import { readCidrOr } from './read-cidr.js';

/** Why an object is refused: the reason, in Antrea 1.3's words, and the field that it is about. */
export interface Refused {
  readonly field: string;
  readonly reason: string;
}

/** Names of rules, tiers and peers that a policy may refer to. */
export interface PolicyFacts {
  readonly tierExists: (name: string) => boolean;
}

/** Names from before tiers were objects pass always. */
const oldTierNames: readonly string[] = [
  'Emergency',
  'SecurityOps',
  'NetworkOps',
  'Platform',
  'Application',
  'Baseline',
];

/** Checks an Antrea NetworkPolicy or ClusterNetworkPolicy, the first problem of each kind (Antrea 1.3, 2.14). */
export function validatePolicy(policy: AntreaPolicy, facts: PolicyFacts): Refused | undefined {
  return (
    checkShape(policy) ??
    checkTier(policy, facts) ??
    checkNames(policy) ??
    checkAppliedTo(policy) ??
    firstOf(policy, checkPeers) ??
    firstOf(policy, checkFqdns) ??
    firstOf(policy, checkPorts) ??
    firstOf(policy, checkBlocks) ??
    firstOf(policy, checkMatches) ??
    checkSelectors(policy)
  );
}

interface PlacedRule {
  readonly rule: AntreaPolicyRule;
  readonly field: string;
  readonly peersField: 'from' | 'to';
}

function rulesOf({ spec }: AntreaPolicy): PlacedRule[] {
  return [
    ...(spec?.ingress ?? []).map((rule, i) => ({ rule, field: `spec.ingress[${i}]`, peersField: 'from' as const })),
    ...(spec?.egress ?? []).map((rule, i) => ({ rule, field: `spec.egress[${i}]`, peersField: 'to' as const })),
  ];
}

function firstOf(policy: AntreaPolicy, check: (placed: PlacedRule) => Refused | undefined): Refused | undefined {
  for (const placed of rulesOf(policy)) {
    const refused = check(placed);
    if (refused) return refused;
  }
  return undefined;
}

/** What the schema would say: nothing below may stumble over an object that passed none. */
function checkShape({ spec = {} as NonNullable<AntreaPolicy['spec']> }: AntreaPolicy): Refused | undefined {
  const problem = antreaSpecShape(spec);
  if (problem) return { field: `spec${problem.path}`, reason: problem.what };
  return firstOf({ metadata: { name: '' }, spec }, ({ rule, field }) => {
    const wrong = antreaRuleShape(rule);
    return wrong && { field: `${field}${wrong.path}`, reason: wrong.what };
  });
}

function checkTier({ spec }: AntreaPolicy, { tierExists }: PolicyFacts): Refused | undefined {
  const tier = spec?.tier ?? '';
  if (tier === '' || oldTierNames.includes(tier) || tierExists(tier)) return undefined;
  return { field: 'spec.tier', reason: `tier ${tier} does not exist` };
}

function checkNames(policy: AntreaPolicy): Refused | undefined {
  const seen = new Set<string>();
  for (const { rule, field } of rulesOf(policy)) {
    const { name = '' } = rule;
    if (seen.has(name) && name !== '') {
      return { field: `${field}.name`, reason: 'rules names must be unique within the policy' };
    }
    seen.add(name);
  }
  return undefined;
}

function checkAppliedTo(policy: AntreaPolicy): Refused | undefined {
  const inSpec = (policy.spec?.appliedTo ?? []).length > 0;
  const rules = rulesOf(policy);
  const withOwn = rules.filter(({ rule }) => (rule.appliedTo ?? []).length > 0);
  if (inSpec && withOwn.length > 0) {
    return { field: `${withOwn[0]!.field}.appliedTo`, reason: 'appliedTo should not be set in both spec and rules' };
  }
  if (!inSpec && withOwn.length === 0) {
    return { field: 'spec.appliedTo', reason: 'appliedTo needs to be set in either spec or rules' };
  }
  if (!inSpec && withOwn.length < rules.length) {
    const without = rules.find(({ rule }) => !rule.appliedTo?.length);
    return {
      field: `${without!.field}.appliedTo`,
      reason: 'appliedTo field should either be set in all rules or in none of them',
    };
  }
  return undefined;
}

function peersOf({ rule, field, peersField }: PlacedRule): (readonly [AntreaPolicyPeer, string])[] {
  return placed(rule[peersField], `${field}.${peersField}`);
}

function checkPeers(placed: PlacedRule): Refused | undefined {
  for (const [peer, field] of peersOf(placed)) {
    if (peer.namespaces && peer.namespaceSelector) {
      return {
        field: `${field}.namespaces`,
        reason: 'namespaces and namespaceSelector cannot be set at the same time for a single NetworkPolicyPeer',
      };
    }
    if (peer.group && (peer.podSelector || peer.namespaceSelector || peer.ipBlock)) {
      return { field: `${field}.group`, reason: 'group cannot be set with other peers in rules' };
    }
  }
  return undefined;
}

function checkFqdns(placed: PlacedRule): Refused | undefined {
  if (placed.peersField === 'from') return undefined;
  for (const [{ fqdn }, field] of peersOf(placed)) {
    if (fqdn && !/^[-0-9a-zA-Z.*]+$/.test(fqdn)) {
      return { field: `${field}.fqdn`, reason: `invalid characters in egress rule fqdn field: ${fqdn}` };
    }
  }
  return undefined;
}

function checkPorts({ rule, field }: PlacedRule): Refused | undefined {
  for (const [i, { port, endPort, protocol }] of (rule.ports ?? []).entries()) {
    const here = `${field}.ports[${i}]`;
    if (protocol !== undefined && !['TCP', 'UDP', 'SCTP'].includes(protocol)) {
      return { field: `${here}.protocol`, reason: `protocol ${protocol} is none of TCP, UDP, SCTP` };
    }
    if (typeof port === 'number' && (port < 0 || port > 65_535)) {
      return { field: `${here}.port`, reason: `port ${port} is not between 0 and 65535` };
    }
    if (endPort === undefined) continue;
    if (port === undefined) {
      return { field: `${here}.endPort`, reason: 'if `endPort` is specified `port` must be specified' };
    }
    if (typeof port === 'string') {
      return { field: `${here}.endPort`, reason: 'if `port` is a string `endPort` cannot be specified' };
    }
    if (endPort < port) {
      return { field: `${here}.endPort`, reason: '`endPort` should be greater than or equal to `port`' };
    }
  }
  return undefined;
}

/** The schema's format lets through what we refuse: an address with leading zeros means different things to different readers. */
function checkBlocks(placed: PlacedRule): Refused | undefined {
  for (const [{ ipBlock }, field] of peersOf(placed)) {
    const reason = ipBlock && readCidrOr(ipBlock.cidr);
    if (reason) return { field: `${field}.ipBlock.cidr`, reason };
  }
  return undefined;
}

/** 1.3 takes another word for none at all, which widens what a rule allows. */
function checkMatches(placed: PlacedRule): Refused | undefined {
  for (const [{ namespaces }, field] of peersOf(placed)) {
    const { match = '' } = namespaces ?? {};
    if (match !== '' && match !== 'Self') {
      return { field: `${field}.namespaces.match`, reason: `${show(match)} is not Self, and there is nothing else` };
    }
  }
  return undefined;
}

/** A selector that Kubernetes would refuse selects nothing, which nobody means. */
function checkSelectors(policy: AntreaPolicy): Refused | undefined {
  const rules = rulesOf(policy);
  const selecting = [
    ...placed(policy.spec?.appliedTo, 'spec.appliedTo'),
    ...rules.flatMap(({ rule, field }) => placed(rule.appliedTo, `${field}.appliedTo`)),
    ...rules.flatMap(peersOf),
  ];
  for (const [each, at] of selecting) {
    const field = brokenSelectorIn(each, at);
    if (field) return { field, reason: brokenSelectorReason };
  }
  return undefined;
}

function placed<T>(values: readonly T[] = [], field: string): (readonly [T, string])[] {
  return values.map((value, i) => [value, `${field}[${i}]`] as const);
}
