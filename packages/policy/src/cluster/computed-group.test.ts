import { createHash } from 'node:crypto';
import type { K8sNetworkPolicy, Pod } from '@antrea-ts/apis';
import { describe, expect, it } from 'vitest';
import { computedBy, k8s, labels, namespace, pod, type Event } from '../testing/cluster.js';
import { groupName } from './group-name.js';

const sha1 = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex');
const computed = (...events: Event[]) => computedBy(sha1, events);
const nameOf = (text: string): string => groupName(text, sha1);

describe('groups', () => {
  const everyone = k8s('default/np', { podSelector: {}, ingress: [{ from: [{ namespaceSelector: {} }] }] });
  const peers = nameOf('namespaceSelector=');
  const targets = nameOf('namespace=default And podSelector=');

  it.each([3, 100])('of %i members tell a Node of its own, also after a change', (count) => {
    const pods = Array.from({ length: count }, (_, i) => pod(`default/p${i}`, {}, { node: i % 2 ? 'n1' : 'n2' }));
    const { policies } = computed(namespace('default'), ...pods, k8s('default/np', { podSelector: {} }));
    for (const node of ['n1', 'n2', 'n3']) {
      const event = pod('default/p0', {}, { node });
      policies.set('pod', event.key, event.object as Pod);
      const { after } = policies.takeChanges().appliedToGroups[0] ?? {};
      if (!after) continue;
      for (const each of ['n1', 'n2', 'n3', 'n4']) {
        const expected = after.members().filter((member) => member.node === each);
        expect(after.wireMembers(each)).toEqual(expected.map(({ member }) => member));
      }
      expect(after.wireMembers()).toHaveLength(count);
    }
  });

  it('leave out who has no network of its own, has ended, has no Node or has no address', () => {
    const { replica } = computed(
      namespace('default'),
      everyone,
      pod('default/ok', {}),
      pod('default/host', {}, { hostNetwork: true }),
      pod('default/unscheduled', {}, { node: '' }),
      pod('default/no-ip', {}, { ip: '' }),
      {
        kind: 'pod',
        key: 'default/ended',
        object: {
          metadata: { namespace: 'default', name: 'ended' },
          spec: { nodeName: 'n1' },
          status: { podIP: '10.0.0.9', phase: 'Succeeded' },
        },
      },
    );
    const names = (group: string): string[] =>
      [...replica.members.get(group)!.values()].map(({ pod: of }) => of!.name).sort();
    expect(names(`targets/${targets}`)).toEqual(['no-ip', 'ok']);
    expect(names(`peers/${peers}`)).toEqual(['ok', 'unscheduled']);
  });

  it('tell a Pod that was made anew elsewhere as another member', () => {
    const { policies, replica } = computed(namespace('default'), everyone, pod('default/a', {}, { node: 'n1' }));
    policies.set('pod', 'default/a', pod('default/a', {}, { node: 'n2', ip: '10.0.0.7' }).object as Pod);
    const changes = policies.takeChanges();
    replica.take(changes);
    expect(replica.spans.get(`targets/${targets}`)).toEqual(['n2']);
    expect(replica.spans.get('policy/uid-np')).toEqual(['n2']);
    expect(replica.spans.get(`peers/${peers}`)).toEqual(['n2']);
    expect(changes.appliedToGroups[0]!.members).toMatchObject({ added: [{ node: 'n2' }], removed: [{ node: 'n1' }] });
  });

  it('of peers are told nothing of a Pod that was made anew elsewhere with the same address', () => {
    const { policies, replica } = computed(namespace('default'), everyone, pod('default/a', {}, { node: 'n1' }));
    policies.set('pod', 'default/a', pod('default/a', {}, { node: 'n2' }).object as Pod);
    const changes = policies.takeChanges();
    replica.take(changes);
    expect(changes.appliedToGroups[0]!.members).toMatchObject({ added: [{ node: 'n2' }], removed: [{ node: 'n1' }] });
    expect(changes.addressGroups[0]!.members).toEqual({ added: [], removed: [] });
    expect(replica.members.get(`peers/${peers}`)?.size).toBe(1);
  });

  it('are told nothing of what changes nothing', () => {
    const { policies } = computed(namespace('default'), everyone, pod('default/a', {}));
    policies.set('pod', 'default/a', pod('default/a', {}).object as Pod);
    policies.set('k8sNetworkPolicy', 'default/np', everyone.object as K8sNetworkPolicy);
    policies.set('namespace', 'default', { metadata: { name: 'default', labels: {} } });
    expect(policies.takeChanges()).toEqual({
      networkPolicies: [],
      appliedToGroups: [],
      addressGroups: [],
      clusterGroups: [],
    });
  });

  it('select by labels of Namespaces, once the Namespace is known', () => {
    const rule = k8s('default/np', {
      podSelector: {},
      ingress: [{ from: [{ namespaceSelector: { matchLabels: { env: 'prod' } }, podSelector: labels('a') }] }],
    });
    const group = `peers/${nameOf('namespaceSelector=env=prod And podSelector=app=a')}`;
    const { policies, replica } = computed(rule, pod('other/a', { app: 'a' }), pod('other/b', { app: 'b' }));
    expect(replica.members.get(group)!.size).toBe(0);
    const label = (env: string | undefined): void => {
      policies.set('namespace', 'other', { metadata: { name: 'other', labels: env === undefined ? {} : { env } } });
      replica.take(policies.takeChanges());
    };
    label('prod');
    expect(replica.members.get(group)!.size).toBe(1);
    label('dev');
    expect(replica.members.get(group)!.size).toBe(0);
  });
});
