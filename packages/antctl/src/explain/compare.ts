import type { FlowDecision, NetworkPolicyReference } from '@antrea-ts/apis';
import type { Decision, Intent, Verdict } from '@antrea-ts/policy/verdict';
import type { InstalledVerdict } from './ask-agents.js';

/** The same end, as it is meant and as it is. */
export interface DecisionPair {
  readonly node: string;
  readonly intent?: Decision;
  readonly installed?: FlowDecision;
}

/** Decisions of both sides, egress before ingress. */
export function pairDecisions({ egress, ingress }: Verdict, { nodes }: InstalledVerdict): DecisionPair[] {
  return [egress, ingress].flatMap((intent, index): DecisionPair[] => {
    const direction = index === 0 ? 'Out' : 'In';
    const found = nodes
      .flatMap(({ node, decisions }) => decisions.map((decision) => ({ node, decision })))
      .find(({ node, decision }) =>
        intent
          ? decision.direction === direction && node === intent.node
          : decision.direction === direction && decision.by === 'rule',
      );
    const node = intent?.node ?? found?.node;
    if (node === undefined) return [];
    return [{ node, ...(intent && { intent }), ...(found && { installed: found.decision }) }];
  });
}

/** What of the installed flows is not as it is meant, a sentence each; none: they agree. */
export function differencesOf(verdict: Verdict, installed: InstalledVerdict): string[] {
  const differences = pairDecisions(verdict, installed).flatMap((pair) => {
    if (installed.unknown.some(({ node }) => node === pair.node)) return [];
    return isSame(pair)
      ? []
      : [`${pair.node}: by intent ${intentText(pair.intent)}, by its flows ${flowText(pair.installed)}`];
  });
  if (differences.length > 0 || installed.action === undefined || installed.action === verdict.action)
    return differences;
  const last = installed.nodes.at(-1);
  return [`${last?.node}: policies let it pass, but its flows drop it at ${last?.droppedAt ?? 'an unknown flow'}`];
}

function isSame({ intent, installed }: DecisionPair): boolean {
  if (!intent || !installed) return intent === undefined && installed === undefined;
  if (intent.by !== installed.by) return false;
  if (intent.by !== 'rule') return true;
  const { rule } = installed;
  if (!rule || rule.action !== intent.action) return false;
  return intent.rules.some(
    ({ policy, tier, priority, index }) =>
      samePolicy(policy, rule.policy) &&
      (tier === undefined ||
        (tier.priority === rule.tierPriority && priority === rule.priority && index === rule.index)),
  );
}

function samePolicy(a: NetworkPolicyReference, b: NetworkPolicyReference): boolean {
  return a.uid === b.uid && a.name === b.name && a.type === b.type;
}

/** `AntreaClusterNetworkPolicy deny`, `K8sNetworkPolicy default/np`. */
export function policyText({ type, namespace, name }: NetworkPolicyReference): string {
  return `${type} ${namespace ? `${namespace}/` : ''}${name}`;
}

function intentText(decision: Decision | undefined): string {
  if (!decision) return 'it is not judged';
  const [rule] = decision.rules;
  if (rule) return `${decision.action} by ${policyText(rule.policy)}`;
  return decision.by === 'isolation'
    ? `Drop by isolation of ${decision.isolatedBy.map(policyText).join(', ')}`
    : 'Allow';
}

function flowText(decision: FlowDecision | undefined): string {
  if (!decision) return 'it is not judged';
  if (decision.rule) return `${decision.rule.action} by ${policyText(decision.rule.policy)}`;
  if (decision.by === 'rule') return `by conjunction ${decision.conjunctionId}, which belongs to no rule that is known`;
  return decision.by === 'isolation' ? 'Drop by isolation' : 'Allow';
}

/** What is known of the policies that decide by intent and not by flows: how far they are realised. */
export function realisationOf(verdict: Verdict, { clusterNetworkPolicies, antreaNetworkPolicies }: Intent): string[] {
  const deciding = [verdict.egress, verdict.ingress].flatMap((decision) => decision?.rules ?? []);
  return deciding.flatMap(({ policy }) => {
    const found = [...clusterNetworkPolicies, ...antreaNetworkPolicies].find(
      ({ metadata }) => metadata.uid === policy.uid,
    );
    if (!found) return [];
    const { phase = 'Pending', currentNodesRealized = 0, desiredNodesRealized = 0 } = found.status ?? {};
    return [`${policyText(policy)} is ${phase}, on ${currentNodesRealized} of ${desiredNodesRealized} Nodes`];
  });
}
