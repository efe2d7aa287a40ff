import type { RuleDirection } from '@antrea-ts/apis';
import { ipEquals, type IpAddress } from '@antrea-ts/net-types';
import { firstAntreaRules } from './antrea.js';
import type { Decision, Intent, Packet, Verdict } from './intent.js';
import { kubernetesWord } from './kubernetes.js';
import type { Question } from './question.js';
import { podAt, workloadsOf, type Workload } from './workloads.js';

/**
 * What becomes of the first packet of a connection, straight from what users wrote: for each end that is a Pod every
 * rule is looked at. Slow and plain on purpose: it is what the computation for switches is held against.
 */
export function judge(packet: Packet, intent: Intent): Verdict {
  const { source, destination, sourceNode } = packet;
  const workloads = workloadsOf(intent);
  const sender = sourceNode === undefined ? podAt(source, workloads) : undefined;
  const receiver = podAt(destination, workloads);
  const bypass = bypassOf(packet, receiver);
  const decide = (direction: RuleDirection, pod: Workload, peer: IpAddress): Decision => ({
    direction,
    pod: `${pod.namespace}/${pod.name}`,
    node: pod.node,
    ...(bypass ?? decideBy({ direction, pod, peer, packet, intent, workloads })),
  });

  const egress = sender && decide('Out', sender, destination);
  if (egress && egress.action !== 'Allow') return { action: egress.action, egress };
  const ingress = receiver && decide('In', receiver, source);
  return { action: ingress?.action ?? 'Allow', ...(egress && { egress }), ...(ingress && { ingress }) };
}

type Outcome = Omit<Decision, 'direction' | 'pod' | 'node'>;

/** What no policy is asked about: probes of the own Node, and a Pod that reaches itself. */
function bypassOf({ source, destination, sourceNode }: Packet, receiver: Workload | undefined): Outcome | undefined {
  const reason =
    receiver && sourceNode === receiver.node
      ? 'from the Node of the Pod itself'
      : ipEquals(source, destination)
        ? 'a Pod to itself'
        : undefined;
  return reason === undefined ? undefined : { action: 'Allow', by: 'bypass', rules: [], isolatedBy: [], reason };
}

/** Antrea's rules by tier, then Kubernetes' policies, then the baseline tier; who is named nowhere is let through. */
function decideBy(question: Question): Outcome {
  const [before, ...alike] = firstAntreaRules('before', question);
  if (before) return { action: before.action, by: 'rule', rules: [before, ...alike], isolatedBy: [] };

  const { allowing, isolatedBy } = kubernetesWord(question);
  if (allowing.length > 0) return { action: 'Allow', by: 'rule', rules: allowing, isolatedBy };
  if (isolatedBy.length > 0) return { action: 'Drop', by: 'isolation', rules: [], isolatedBy };

  const [after, ...others] = firstAntreaRules('after', question);
  if (after) return { action: after.action, by: 'rule', rules: [after, ...others], isolatedBy };
  return { action: 'Allow', by: 'none', rules: [], isolatedBy };
}
