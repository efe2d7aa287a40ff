import type {
  AntreaAppliedTo,
  AntreaPolicy,
  AntreaPolicyPeer,
  AntreaPolicyRule,
  ControlplaneIpBlock,
  NetworkPolicyPeer,
  NetworkPolicyRule,
  RuleDirection,
} from '@antrea-ts/apis';
import { brokenSelectorIn, brokenSelectorReason, checkSelectors } from './broken-selector.js';
import { anyPeer } from './convert-k8s-policy.js';
import type { ConversionContext, ConvertedPolicy } from './converted-policy.js';
import { groupSelector, inNamespace } from './group-selector.js';
import { antreaRuleShape, antreaSpecShape } from './object-shapes.js';
import { everything, readSelector } from './selector.js';
import { assertShape, UnusableRule, wireBlock } from './wire-blocks.js';
import { wireServices } from './wire-services.js';

/** Where a policy stands: empty for ClusterNetworkPolicies. */
type Home = string;

const actions: readonly string[] = ['Allow', 'Drop', 'Reject'];

/** An Antrea NetworkPolicy, or with an empty `home` a ClusterNetworkPolicy (Antrea 1.3, 2.5 and 2.6). */
export function convertAntreaPolicy(policy: AntreaPolicy, home: Home, context: ConversionContext): ConvertedPolicy {
  const { metadata, spec } = policy;
  const { name, uid = '' } = metadata;
  const source =
    home === ''
      ? ({ type: 'AntreaClusterNetworkPolicy', name, uid } as const)
      : ({ type: 'AntreaNetworkPolicy', namespace: home, name, uid } as const);
  const base = { source, generation: metadata.generation ?? 0 };
  const refused = (problem: string): ConvertedPolicy => ({
    ...base,
    rules: [],
    appliedToGroups: [],
    problems: [problem],
  });
  const problem = antreaSpecShape(spec ?? {});
  if (problem) return refused(`spec${problem.path} ${problem.what}`);
  if (spec?.priority === undefined) return refused('spec.priority is missing');
  const perRule = !spec.appliedTo?.length || usesSelf(spec.ingress) || usesSelf(spec.egress);
  const problems = brokenTargets(spec.appliedTo ?? [], 'spec.appliedTo');
  const rules = (['In', 'Out'] as const).flatMap((direction) =>
    ((direction === 'In' ? spec.ingress : spec.egress) ?? []).flatMap((rule, index): NetworkPolicyRule[] => {
      const field = `spec.${direction === 'In' ? 'ingress' : 'egress'}[${index}]`;
      try {
        assertShape(antreaRuleShape, rule, field);
        problems.push(...brokenTargets(rule.appliedTo ?? [], `${field}.appliedTo`));
        const appliedTo = rule.appliedTo?.length ? rule.appliedTo : (spec.appliedTo ?? []);
        return new RuleConversion({ direction, index, rule, field, home, perRule, appliedTo }, context).rules();
      } catch (error) {
        if (!(error instanceof UnusableRule)) throw error;
        problems.push(error.message);
        return [];
      }
    }),
  );
  return {
    ...base,
    priority: spec.priority,
    tierPriority: context.tierPriority(spec.tier ?? ''),
    rules,
    ...(perRule ? {} : { appliedToGroups: targetGroups(spec.appliedTo ?? [], home, context) }),
    problems,
  };
}

/** Targets that select nothing because their selector is none. */
function brokenTargets(appliedTo: readonly AntreaAppliedTo[], field: string): string[] {
  return appliedTo.flatMap((each, index) => {
    const broken = brokenSelectorIn(each, `${field}[${index}]`);
    return broken ? [`${broken} ${brokenSelectorReason}`] : [];
  });
}

/** Rules that will be refused are none that could. */
function usesSelf(rules: readonly AntreaPolicyRule[] = []): boolean {
  return rules.some((rule) => !antreaRuleShape(rule) && [rule.from, rule.to].some((peers) => peers?.some(isSelf)));
}

function isSelf({ namespaces }: AntreaPolicyPeer): boolean {
  return namespaces?.match === 'Self';
}

function targetGroups(appliedTo: readonly AntreaAppliedTo[], home: Home, context: ConversionContext): string[] {
  const names = appliedTo.flatMap(({ group, ...selectors }): string[] => {
    if (group !== undefined && home === '') {
      return context.clusterGroup(group).kind === 'members' ? [context.clusterGroupAs(group, 'targets')] : [];
    }
    const selected = groupSelector({ namespace: home, ...selectors });
    return selected ? [context.targets(selected)] : [];
  });
  return [...new Set(names)];
}

interface WrittenRule {
  readonly direction: RuleDirection;
  readonly index: number;
  readonly rule: AntreaPolicyRule;
  readonly field: string;
  readonly home: Home;
  readonly perRule: boolean;
  readonly appliedTo: readonly AntreaAppliedTo[];
}

/** One written rule; with peers of the own Namespace it becomes a rule for each Namespace that it is about. */
class RuleConversion {
  readonly #written: WrittenRule;
  readonly #context: ConversionContext;

  constructor(written: WrittenRule, context: ConversionContext) {
    this.#written = written;
    this.#context = context;
  }

  rules(): NetworkPolicyRule[] {
    const { direction, rule, home, perRule, appliedTo, field } = this.#written;
    if (!actions.includes(rule.action)) {
      throw new UnusableRule(`${field}.action ${rule.action} is none of ${actions.join(', ')}`);
    }
    const services = wireServices(rule.ports, `${field}.ports`);
    const written = (direction === 'In' ? rule.from : rule.to) ?? [];
    const peersField = `${field}.${direction === 'In' ? 'from' : 'to'}`;
    for (const [index, peer] of written.entries()) checkSelectors(peer, `${peersField}[${index}]`);
    const own = written.filter(isSelf);
    const others = written.filter((peer) => !isSelf(peer));
    const base = {
      direction,
      ...(services.length > 0 ? { services } : {}),
      priority: this.#written.index,
      action: rule.action,
      enableLogging: rule.enableLogging ?? false,
      ...(rule.name === undefined || rule.name === '' ? {} : { name: rule.name }),
    };
    const rules: NetworkPolicyRule[] = [];
    if (others.length > 0 || own.length === 0) {
      const peer = others.length === 0 ? anyPeer(direction, services, this.#context) : this.#peer(others);
      const groups = perRule ? { appliedToGroups: targetGroups(appliedTo, home, this.#context) } : {};
      rules.push({ ...base, ...side(direction, peer), ...groups });
    }
    if (own.length > 0) {
      for (const each of this.#perNamespace(own)) {
        rules.push({ ...base, ...side(direction, each.peer), appliedToGroups: each.appliedToGroups });
      }
    }
    return rules;
  }

  /** Every Namespace that has targets: those targets, and the peers in the same Namespace. */
  #perNamespace(own: readonly AntreaPolicyPeer[]): { peer: NetworkPolicyPeer; appliedToGroups: string[] }[] {
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
        selector.namespace === undefined ? this.#context.namespaces(selector.namespaces) : [selector.namespace];
      return names.map((namespace): [string, string] => [
        namespace,
        this.#context.targets(inNamespace(selector, namespace)),
      ]);
    });
  }

  #peer(peers: readonly AntreaPolicyPeer[]): NetworkPolicyPeer {
    const { direction, field } = this.#written;
    const addressGroups: string[] = [];
    const ipBlocks: ControlplaneIpBlock[] = [];
    const fqdns: string[] = [];
    for (const [index, peer] of peers.entries()) {
      const here = `${field}.${direction === 'In' ? 'from' : 'to'}[${index}]`;
      if (peer.ipBlock) ipBlocks.push(wireBlock(peer.ipBlock, `${here}.ipBlock`));
      else if (peer.group !== undefined && this.#written.home === '') {
        const resolved = this.#context.clusterGroup(peer.group);
        if (resolved.kind === 'members') addressGroups.push(this.#context.clusterGroupAs(peer.group, 'peers'));
        if (resolved.kind !== 'nothing') {
          const blocksOf = `${here}.group ${peer.group}: ipBlocks`;
          for (const cidr of resolved.cidrs) ipBlocks.push(wireBlock({ cidr }, blocksOf));
        }
      } else if (peer.fqdn) fqdns.push(peer.fqdn);
      else {
        const selected = groupSelector({ namespace: this.#written.home, ...peer });
        if (selected) addressGroups.push(this.#context.peers(selected));
      }
    }
    return {
      ...(addressGroups.length > 0 ? { addressGroups: [...new Set(addressGroups)] } : {}),
      ...(ipBlocks.length > 0 ? { ipBlocks } : {}),
      ...(fqdns.length > 0 ? { fqdns } : {}),
    };
  }
}

function side(direction: RuleDirection, peer: NetworkPolicyPeer): Pick<NetworkPolicyRule, 'from' | 'to'> {
  return direction === 'In' ? { from: peer } : { to: peer };
}
