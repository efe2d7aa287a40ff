import type { AntreaPolicy, GroupMember, K8sNetworkPolicy, LabelSelector, Pod } from '@antrea-ts/apis';
import type { ClusterObjectKind, ClusterObjects } from '../cluster/cluster-objects.js';
import { ClusterPolicies } from '../cluster/cluster-policies.js';
import type { PlacedMember } from '../cluster/entity.js';
import type { Sha1 } from '../cluster/group-name.js';
import type { ClusterChanges, GroupChange } from '../cluster/views.js';

/** An object of a kind that comes or changes; without it, it goes. */
export type Event = {
  readonly [K in ClusterObjectKind]: { kind: K; key: string; object?: ClusterObjects[K] };
}[ClusterObjectKind];

/** Follows changes as a watcher does, who knows only what it is told. */
export class Replica {
  readonly policies = new Map<string, unknown>();
  readonly spans = new Map<string, string[]>();
  readonly members = new Map<string, Map<string, GroupMember>>();

  take(changes: ClusterChanges): void {
    for (const { before, after } of changes.networkPolicies) {
      if (before && before.name !== after?.name) this.#forget(`policy/${before.name}`);
      if (after) {
        this.policies.set(`policy/${after.name}`, after.wire);
        this.spans.set(`policy/${after.name}`, [...after.span].sort());
      } else if (before) this.#forget(`policy/${before.name}`);
    }
    for (const change of changes.appliedToGroups) this.#group('targets', change);
    for (const change of changes.addressGroups) this.#group('peers', change);
  }

  #forget(name: string): void {
    this.policies.delete(name);
    this.members.delete(name);
    this.spans.delete(name);
  }

  #group(role: string, { before, after, members }: GroupChange): void {
    // A Node is told of its own targets only, and of all peers.
    const keyOf = ({ member, node }: PlacedMember): string =>
      JSON.stringify(role === 'targets' ? [node, member] : member);
    const name = `${role}/${(after ?? before)!.name}`;
    if (!after) return this.#forget(name);
    this.spans.set(name, [...after.span].sort());
    if (!members) {
      this.members.set(name, new Map(after.members().map((each) => [keyOf(each), each.member])));
      return;
    }
    const known = this.members.get(name)!;
    // As agents do: one that comes and goes at once is gone.
    for (const each of members.added) known.set(keyOf(each), each.member);
    for (const each of members.removed) {
      if (!known.delete(keyOf(each))) throw new Error(`${name} never had ${keyOf(each)}`);
    }
  }

  state(): unknown {
    const sorted = <V>(map: Map<string, V>, value: (v: V) => unknown): unknown[] =>
      [...map].map(([key, v]) => [key, value(v)]).sort(([a], [b]) => String(a).localeCompare(String(b)));
    return {
      policies: sorted(this.policies, (wire) => wire),
      spans: sorted(this.spans, (span) => span),
      members: sorted(this.members, (members) => [...members.keys()].sort()),
    };
  }
}

/** A cluster with objects, and who was told of it. */
export function computedBy(sha1: Sha1, events: readonly Event[]): { policies: ClusterPolicies; replica: Replica } {
  const policies = new ClusterPolicies({ sha1 });
  const replica = new Replica();
  for (const { kind, key, object } of events) policies.set(kind, key, object);
  replica.take(policies.takeChanges());
  return { policies, replica };
}

export const namespace = (name: string, labels: Record<string, string> = {}): Event => ({
  kind: 'namespace',
  key: name,
  object: { metadata: { name, labels } },
});

export function pod(
  key: string,
  labels: Record<string, string>,
  options: { node?: string; ip?: string } & Partial<Pod['spec']> = {},
): Event {
  const [ns = '', name = ''] = key.split('/');
  const { node = 'n1', ip = '10.0.0.1', ...spec } = options;
  return {
    kind: 'pod',
    key,
    object: { metadata: { namespace: ns, name, labels }, spec: { nodeName: node, ...spec }, status: { podIP: ip } },
  };
}

export function k8s(key: string, spec: K8sNetworkPolicy['spec']): Event {
  const [ns = '', name = ''] = key.split('/');
  return {
    kind: 'k8sNetworkPolicy',
    key,
    object: { metadata: { namespace: ns, name, uid: `uid-${name}` }, spec: spec! },
  };
}

export function acnp(name: string, spec: Partial<AntreaPolicy['spec']>): Event {
  return {
    kind: 'clusterNetworkPolicy',
    key: name,
    object: { metadata: { name, uid: `uid-${name}`, generation: 3 }, spec: { priority: 5, ...spec } },
  };
}

export const labels = (app: string): LabelSelector => ({ matchLabels: { app } });
