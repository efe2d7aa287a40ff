import { createHash } from 'node:crypto';
import type { ClusterGroup, Pod } from '@antrea-ts/apis';
import { describe, expect, it } from 'vitest';
import { computedBy, acnp, labels, namespace, pod, type Event } from '../testing/cluster.js';
import { groupName } from './group-name.js';

const sha1 = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex');
const computed = (...events: Event[]) => computedBy(sha1, events);
const nameOf = (text: string): string => groupName(text, sha1);

describe('a ClusterNetworkPolicy', () => {
  it('has the priority of its tier, in whatever order they come', () => {
    const { policies } = computed(acnp('p', { tier: 'secops', appliedTo: [{ podSelector: {} }] }));
    expect([...policies.policies()][0]!.wire).toMatchObject({ priority: 5, tierPriority: 250 });
    policies.set('tier', 'secops', { metadata: { name: 'secops' }, spec: { priority: 100 } });
    policies.takeChanges();
    expect([...policies.policies()][0]!.wire).toMatchObject({ tierPriority: 100 });
  });

  it('applies its own-Namespace peers Namespace by Namespace', () => {
    const { policies } = computed(
      namespace('a', { env: 'x' }),
      namespace('b', { env: 'x' }),
      namespace('c'),
      acnp('p', {
        appliedTo: [{ namespaceSelector: { matchLabels: { env: 'x' } } }],
        ingress: [{ action: 'Allow', from: [{ namespaces: { match: 'Self' } }] }, { action: 'Drop' }],
      }),
    );
    const rules = (): unknown[] =>
      [...policies.policies()][0]!.wire.rules!.map(({ action, from, appliedToGroups }) => ({
        action,
        from: from?.addressGroups,
        appliedToGroups,
      }));
    const own = (ns: string): string => nameOf(`namespace=${ns} And podSelector=`);
    const all = nameOf('namespaceSelector=env=x');
    expect(rules()).toEqual([
      { action: 'Allow', from: [own('a')], appliedToGroups: [own('a')] },
      { action: 'Allow', from: [own('b')], appliedToGroups: [own('b')] },
      { action: 'Drop', from: undefined, appliedToGroups: [all] },
    ]);
    policies.set('namespace', 'c', { metadata: { name: 'c', labels: { env: 'x' } } });
    policies.set('namespace', 'a', undefined);
    policies.takeChanges();
    expect(rules().map((rule) => (rule as { from?: string[] }).from)).toEqual([[own('b')], [own('c')], undefined]);
  });

  it('has the targets of its spec where rules that nobody checked have others too', () => {
    const { policies } = computed(
      namespace('a'),
      acnp('p', {
        appliedTo: [{ podSelector: { matchLabels: { app: 'all' } } }],
        ingress: [
          { action: 'Allow', from: [{ namespaces: { match: 'Self' } }] },
          { action: 'Drop', appliedTo: [{ podSelector: { matchLabels: { app: 'other' } } }] },
        ],
      }),
    );
    const rules = [...policies.policies()][0]!.wire.rules!;
    expect(rules.at(-1)!.appliedToGroups).toEqual([nameOf('podSelector=app=all')]);
  });

  it('takes ClusterGroups as they come and go', () => {
    const group = (name: string, spec: ClusterGroup['spec']): ClusterGroup => ({
      metadata: { name, uid: `uid-${name}` },
      spec: spec!,
    });
    const { policies, replica } = computed(
      namespace('default'),
      pod('default/a', { app: 'a' }),
      pod('default/b', { app: 'b' }),
      acnp('p', { appliedTo: [{ group: 'parent' }], ingress: [{ action: 'Drop', from: [{ group: 'child' }] }] }),
    );
    const rule = (): unknown => [...policies.policies()][0]!.wire.rules![0]!.from;
    expect(rule()).toEqual({});
    expect([...policies.policies()][0]!.wire.appliedToGroups).toEqual([]);
    const apply = (name: string, spec?: ClusterGroup['spec']): void => {
      policies.set('clusterGroup', name, spec && group(name, spec));
      replica.take(policies.takeChanges());
    };
    apply('parent', { childGroups: ['child', 'other'] });
    apply('child', { podSelector: labels('a') });
    expect(rule()).toEqual({ addressGroups: ['child'] });
    expect([...policies.policies()][0]!.wire.appliedToGroups).toEqual(['parent']);
    expect(replica.members.get('targets/parent')!.size).toBe(1);
    apply('other', { podSelector: labels('b') });
    expect(replica.members.get('targets/parent')!.size).toBe(2);
    policies.set('service', 'default/s', {
      metadata: { name: 's', namespace: 'default' },
      spec: { selector: { app: 'b' } },
    });
    apply('child', { serviceReference: { namespace: 'default', name: 's' } });
    expect(policies.clusterGroupMembers('child')).toMatchObject({ members: [{ member: { pod: { name: 'b' } } }] });
    expect([...replica.members.get('peers/child')!.values()].map(({ pod: of }) => of!.name)).toEqual(['b']);
    expect(policies.clusterGroupsOf('pod', 'default/b').sort()).toEqual(['child', 'other', 'parent']);
    apply('child', { ipBlocks: [{ cidr: '10.1.0.0/16' }] });
    expect(rule()).toMatchObject({ ipBlocks: [{ cidr: { prefixLength: 16 } }] });
    expect(replica.members.has('peers/child')).toBe(false);
    apply('child');
    expect(rule()).toEqual({});
  });

  it('takes Pods and blocks of addresses from the children of a ClusterGroup together', () => {
    const { policies } = computed(
      namespace('default'),
      {
        kind: 'clusterGroup',
        key: 'both',
        object: { metadata: { name: 'both' }, spec: { childGroups: ['pods', 'nets'] } },
      },
      { kind: 'clusterGroup', key: 'pods', object: { metadata: { name: 'pods' }, spec: { podSelector: {} } } },
      {
        kind: 'clusterGroup',
        key: 'nets',
        object: { metadata: { name: 'nets' }, spec: { ipBlocks: [{ cidr: '10.0.0.0/8' }] } },
      },
      acnp('p', { appliedTo: [{ group: 'both' }], ingress: [{ action: 'Drop', from: [{ group: 'both' }] }] }),
    );
    const { wire } = [...policies.policies()][0]!;
    expect(wire).toMatchObject({
      appliedToGroups: ['both'],
      rules: [{ from: { addressGroups: ['both'], ipBlocks: [{ cidr: { prefixLength: 8 } }] } }],
    });
    policies.set('pod', 'default/a', pod('default/a', {}).object as Pod);
    policies.set('clusterGroup', 'nets', {
      metadata: { name: 'nets' },
      spec: { ipBlocks: [{ cidr: '10.0.0.0/8' }, { cidr: '10.0.0.0/99' }] },
    });
    policies.takeChanges();
    expect(policies.clusterGroupMembers('both')).toMatchObject({
      members: [{ member: { pod: { name: 'a' } } }],
      cidrs: [{ prefixLength: 8 }],
    });
  });

  it('tells whether all is there that a ClusterGroup refers to', () => {
    const { policies } = computed();
    const set = (name: string, spec: NonNullable<ClusterGroup['spec']>): void =>
      policies.set('clusterGroup', name, { metadata: { name }, spec });
    set('parent', { childGroups: ['child'] });
    expect(policies.takeChanges().clusterGroups).toEqual(['parent']);
    expect(policies.isClusterGroupComplete('parent')).toBe(false);
    set('child', { serviceReference: { namespace: 'ns', name: 'svc' } });
    policies.set('service', 'ns/svc', { metadata: { name: 'svc' }, spec: {} });
    expect(policies.takeChanges().clusterGroups).toEqual(['child', 'parent']);
    expect(policies.isClusterGroupComplete('parent')).toBe(true);
    policies.set('service', 'ns/svc', undefined);
    expect(policies.isClusterGroupComplete('parent')).toBe(false);
    expect(policies.isClusterGroupComplete('nobody')).toBeUndefined();
  });

  it('tells of ClusterGroups that are not there, until they are', () => {
    const { policies } = computed(
      acnp('p', { appliedTo: [{ group: 'webs' }], ingress: [{ action: 'Drop', from: [{ group: 'clients' }] }] }),
    );
    const missing = (): readonly string[] | undefined => {
      policies.takeChanges();
      return [...policies.policies()][0]!.policy.missingGroups;
    };
    const spec = { podSelector: {} };
    expect(missing()).toEqual(['clients', 'webs']);
    policies.set('clusterGroup', 'webs', { metadata: { name: 'webs' }, spec });
    expect(missing()).toEqual(['clients']);
    policies.set('clusterGroup', 'clients', { metadata: { name: 'clients' }, spec });
    expect(missing()).toBeUndefined();
  });
});
