import type {
  AntreaAppliedTo,
  AntreaPolicy,
  AntreaPolicyPeer,
  AntreaPolicyRule,
  NetworkPolicyPeer,
  NetworkPolicyRule,
  RuleDirection,
} from '@antrea-ts/apis';
import { isSelf, readPeers, wirePeer, type ReadPeers } from './antrea-peers.js';
import { readPriority, readRule, readRuleList, readSpec, readTier } from './read-antrea-policy.js';
import { readTargets, targetGroups } from './antrea-targets.js';
import { anyPeer } from './convert-k8s-policy.js';
import type { ConversionContext, ConvertedPolicy } from './converted-policy.js';
import { groupSelector, inNamespace, namespacesOf } from './group-selector.js';
import { everything, readSelector } from './selector.js';
import { UnreadableParts, type PolicyProblem } from './unreadable.js';
import { wireServices } from './wire-services.js';

/**
 * An Antrea NetworkPolicy, or with an empty `home` a ClusterNetworkPolicy (Antrea 1.3, 2.5 and 2.6). Nothing that cannot be
 * read opens a hole: it is nothing in what a rule allows and in what rules apply to, and everything in what a rule denies.
 */
export function convertAntreaPolicy(policy: AntreaPolicy, home: string, context: ConversionContext): ConvertedPolicy {
  const { metadata } = policy;
  const { name, uid = '' } = metadata;
  const source =
    home === ''
      ? ({ type: 'AntreaClusterNetworkPolicy', name, uid } as const)
      : ({ type: 'AntreaNetworkPolicy', namespace: home, name, uid } as const);
  const problems: PolicyProblem[] = [];
  const spec = readSpec(policy, problems);
  const { priority, isKnown } = readPriority(spec, problems);
  const written = (['In', 'Out'] as const).flatMap((direction) => readRuleList(spec, direction));
  const targets = readTargets(spec.appliedTo, { field: 'spec.appliedTo', home, problems }, context);
  const isOfRules = !Array.isArray(spec.appliedTo) || spec.appliedTo.length === 0;
  const perRule = isOfRules || written.some(({ rule }) => usesSelf(rule));
  const rules = written.flatMap(({ rule: found, direction, index, field }): NetworkPolicyRule[] => {
    const rule = readRule(found, field, problems);
    // Nobody knows before whom a policy without a priority may allow something.
    if (rule.action === 'Allow' && !isKnown) return [];
    const appliedTo = isOfRules
      ? readTargets(rule.appliedTo, { field: `${field}.appliedTo`, home, problems }, context)
      : targets;
    const unreadable = new UnreadableParts({ denies: rule.action !== 'Allow' });
    const place = { direction, index, rule, field, home, perRule, appliedTo, unreadable };
    const converted = new RuleConversion(place, context).rules();
    problems.push(...unreadable.problems);
    return converted;
  });
  return {
    source,
    generation: metadata.generation ?? 0,
    priority,
    tierPriority: context.tierPriority(readTier(spec, problems)),
    rules,
    ...(perRule ? {} : { appliedToGroups: targetGroups(targets, home, context) }),
    problems,
  };
}

function usesSelf(rule: AntreaPolicyRule): boolean {
  return [rule?.from, rule?.to].some((peers) => Array.isArray(peers) && peers.some(isSelf));
}

interface WrittenRule {
  readonly direction: RuleDirection;
  readonly index: number;
  readonly rule: AntreaPolicyRule;
  readonly field: string;
  readonly home: string;
  readonly perRule: boolean;
  readonly appliedTo: readonly AntreaAppliedTo[];
  readonly unreadable: UnreadableParts;
}

interface RuleSide {
  readonly peer: NetworkPolicyPeer;
  readonly appliedToGroups?: readonly string[];
}

/** One written rule; with peers of the own Namespace it becomes a rule for each Namespace that it is about. */
class RuleConversion {
  readonly #written: WrittenRule;
  readonly #context: ConversionContext;

  constructor(written: WrittenRule, context: ConversionContext) {
    this.#written = written;
    this.#context = context;
  }

  /** None, where nothing can be read of what it allows. */
  rules(): NetworkPolicyRule[] {
    const { direction, rule, home, field, unreadable } = this.#written;
    const side = direction === 'In' ? 'from' : 'to';
    const services = wireServices(rule.ports, `${field}.ports`, unreadable);
    const peers = readPeers(rule[side], { field: `${field}.${side}`, home, unreadable }, this.#context);
    if (!services || !peers) return [];
    const base = {
      direction,
      ...(services.length > 0 ? { services } : {}),
      priority: this.#written.index,
      action: rule.action,
      enableLogging: rule.enableLogging ?? false,
      ...(rule.name === undefined || rule.name === '' ? {} : { name: rule.name }),
    };
    const anybody = peers.own.length === 0 && peers.others.length === 0;
    return this.#sides(peers, anybody ? anyPeer(direction, services, this.#context) : undefined).map(
      ({ peer, ...groups }) => ({ ...base, [side]: peer, ...groups }),
    );
  }

  /** The other sides of the rule, and to whom each applies where that is not said of the policy. */
  #sides({ own, others }: ReadPeers, anybody: NetworkPolicyPeer | undefined): RuleSide[] {
    const { home, perRule, appliedTo } = this.#written;
    const groups = perRule ? { appliedToGroups: targetGroups(appliedTo, home, this.#context) } : {};
    if (anybody) return [{ peer: anybody, ...groups }];
    const common = others.length > 0 ? [{ peer: wirePeer(others, home, this.#context), ...groups }] : [];
    return own.length > 0 ? [...common, ...this.#perNamespace(own)] : common;
  }

  /** Every Namespace that has targets: those targets, and the peers in the same Namespace. */
  #perNamespace(own: readonly AntreaPolicyPeer[]): RuleSide[] {
    const targets = new Map<string, string[]>();
    for (const appliedTo of this.#written.appliedTo) {
      for (const [namespace, group] of this.#targetsByNamespace(appliedTo)) {
        targets.set(namespace, [...(targets.get(namespace) ?? []), group]);
      }
    }
    return [...targets].map(([namespace, appliedToGroups]) => ({
      appliedToGroups: [...new Set(appliedToGroups)],
      peer: {
        addressGroups: own.map(({ podSelector }) =>
          this.#context.peers(groupSelector({ namespace, podSelector: podSelector ?? {} })!),
        ),
      },
    }));
  }

  #targetsByNamespace(appliedTo: AntreaAppliedTo): [namespace: string, group: string][] {
    const { group } = appliedTo;
    if (group === undefined) {
      const { namespaceSelector, podSelector } = appliedTo;
      if (!namespaceSelector && !podSelector) return [];
      return this.#context
        .namespaces(namespaceSelector ? readSelector(namespaceSelector) : everything)
        .map((namespace) => [
          namespace,
          this.#context.targets(groupSelector({ namespace, podSelector: podSelector ?? {} })!),
        ]);
    }
    const resolved = this.#context.clusterGroup(group);
    if (resolved.kind !== 'members') return [];
    // By Namespace, and in it by what the group selects.
    return resolved.selectors.flatMap((selector) => {
      const names =
        selector.namespace === undefined ? this.#context.namespaces(namespacesOf(selector)) : [selector.namespace];
      return names.map((namespace): [string, string] => [
        namespace,
        this.#context.targets(inNamespace(selector, namespace)),
      ]);
    });
  }
}
