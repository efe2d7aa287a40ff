import { createHash } from 'node:crypto';
import type { Pod } from '@antrea-ts/apis';
import { describe, expect, it } from 'vitest';
import { computedBy, acnp, k8s, labels, namespace, pod, type Event } from '../testing/cluster.js';
import { groupName } from './group-name.js';

const sha1 = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex');
const computed = (...events: Event[]) => computedBy(sha1, events);
const nameOf = (text: string): string => groupName(text, sha1);

describe('what applies to a Pod', () => {
  it('is known once the Pod is on its Node', () => {
    const { policies } = computed(
      namespace('default'),
      pod('default/a', { app: 'a' }, { node: '' }),
      k8s('default/np', { podSelector: labels('a') }),
      k8s('default/other', { podSelector: labels('b') }),
      acnp('p', { appliedTo: [{ group: 'g' }], ingress: [{ action: 'Drop' }] }),
    );
    policies.set('clusterGroup', 'g', { metadata: { name: 'g', uid: 'uid-g' }, spec: { podSelector: labels('a') } });
    policies.takeChanges();
    expect(policies.appliedToPod('default/a', 'n1')).toBeUndefined();
    policies.set('pod', 'default/a', pod('default/a', { app: 'a' }, { node: 'n1' }).object as Pod);
    expect(policies.appliedToPod('default/a', 'n2')).toBeUndefined();
    expect(policies.appliedToPod('default/a', 'n1')).toEqual({
      policies: ['uid-np', 'uid-p'],
      appliedToGroups: [nameOf('namespace=default And podSelector=app=a'), 'g'],
    });
  });
});

describe('the policies of a Pod', () => {
  const from = (...peers: object[]) => ({ from: peers, action: 'Allow' as const });
  const { policies } = computed(
    namespace('default'),
    pod('default/a', { app: 'a' }),
    pod('default/b', { app: 'b' }),
    {
      kind: 'clusterGroup',
      key: 'g',
      object: { metadata: { name: 'g', uid: 'uid-g' }, spec: { podSelector: labels('a') } },
    },
    k8s('default/np', { podSelector: labels('a') }),
    acnp('by-rule', { ingress: [{ ...from(), appliedTo: [{ podSelector: labels('a') }] }] }),
    acnp('names', {
      appliedTo: [{ podSelector: labels('b') }],
      ingress: [from({ podSelector: labels('b') }), from({ group: 'g' })],
      egress: [{ to: [{ podSelector: labels('a') }], action: 'Drop' }],
    }),
  );
  const policy = (name: string) => expect.objectContaining({ name, uid: `uid-${name}` });

  it('are those that apply to it, and rules that name it, by their place among those of their direction', () => {
    expect(policies.policiesOfPod('default/a')).toEqual({
      targeting: [policy('by-rule'), policy('np')],
      naming: [
        { policy: policy('names'), direction: 'In', index: 1 },
        { policy: policy('names'), direction: 'Out', index: 0 },
      ],
    });
  });

  it('are unknown without the Pod', () => expect(policies.policiesOfPod('default/c')).toBeUndefined());
});
