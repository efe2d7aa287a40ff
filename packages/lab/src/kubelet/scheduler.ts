import type { Node, Pod, Taint, Toleration } from 'kubernetes-types/core/v1.js';

export type Placement =
  | { readonly kind: 'placed'; readonly nodeName: string }
  /** `why` is worded as the Kubernetes scheduler does. */
  | { readonly kind: 'unschedulable'; readonly why: string };

/**
 * Chooses a Node for a Pod: Ready, schedulable, selected and tolerated; among those the one with the fewest Pods,
 * then the first by number. (A stand-in: no resources, no affinity.)
 */
export function placePod(pod: Pod, nodes: readonly Node[], podsOnNode: ReadonlyMap<string, number>): Placement {
  const refusals = new Map<string, number>();
  let best: { name: string; pods: number } | undefined;
  for (const node of [...nodes].sort(byName)) {
    const refusal = whyNot(pod, node);
    if (refusal !== undefined) {
      refusals.set(refusal, (refusals.get(refusal) ?? 0) + 1);
      continue;
    }
    const name = node.metadata?.name ?? '';
    const pods = podsOnNode.get(name) ?? 0;
    if (!best || pods < best.pods) best = { name, pods };
  }
  if (best) return { kind: 'placed', nodeName: best.name };
  const reasons = [...refusals].map(([reason, count]) => `${count} ${reason}`).join(', ');
  return {
    kind: 'unschedulable',
    why: `0/${nodes.length} nodes are available${reasons === '' ? '' : `: ${reasons}`}.`,
  };
}

function whyNot(pod: Pod, node: Node): string | undefined {
  const labels = node.metadata?.labels ?? {};
  const selector = Object.entries(pod.spec?.nodeSelector ?? {});
  if (!selector.every(([key, value]) => labels[key] === value)) {
    return "node(s) didn't match Pod's node affinity/selector";
  }
  const taints = [...(node.spec?.taints ?? []), ...implicitTaints(node)];
  const unbearable = taints.find(
    (taint) => taint.effect !== 'PreferNoSchedule' && !tolerates(pod.spec?.tolerations ?? [], taint),
  );
  if (unbearable?.key === unschedulable.key) return 'node(s) were unschedulable';
  if (unbearable) return `node(s) had untolerated taint {${unbearable.key}: ${unbearable.value ?? ''}}`;
  return undefined;
}

const unschedulable: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** What Kubernetes' node controller would put on the Node. */
function implicitTaints(node: Node): Taint[] {
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
  return [
    ...(ready ? [] : [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' as const }]),
    ...(node.spec?.unschedulable ? [unschedulable] : []),
  ];
}

function tolerates(tolerations: readonly Toleration[], taint: Taint): boolean {
  return tolerations.some(
    ({ key, operator, value, effect }) =>
      (effect === undefined || effect === taint.effect) &&
      (key === undefined ? operator === 'Exists' : key === taint.key) &&
      (operator === 'Exists' || (value ?? '') === (taint.value ?? '')),
  );
}

function byName(left: Node, right: Node): number {
  return (left.metadata?.name ?? '').localeCompare(right.metadata?.name ?? '', 'en', { numeric: true });
}
