import { createHash } from 'node:crypto';
import type { K8sNetworkPolicy } from '@antrea-ts/apis';
import { describe, expect, it } from 'vitest';
import { computedBy, k8s, labels, namespace, pod, type Event } from '../testing/cluster.js';
import { groupName } from './group-name.js';

const sha1 = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex');
const computed = (...events: Event[]) => computedBy(sha1, events);
const nameOf = (text: string): string => groupName(text, sha1);

describe('a Kubernetes NetworkPolicy', () => {
  it('becomes rules, groups and the Nodes that need them', () => {
    const { policies } = computed(
      namespace('default'),
      pod('default/web', { app: 'web' }, { node: 'n1', ip: '10.0.0.1' }),
      pod('default/client', { app: 'client' }, { node: 'n2', ip: '10.0.0.2' }),
      k8s('default/np', {
        podSelector: labels('web'),
        ingress: [
          { from: [{ podSelector: labels('client') }], ports: [{ port: 80 }, { port: 'dns', protocol: 'UDP' }] },
        ],
      }),
    );
    const [view] = [...policies.policies()];
    const targets = nameOf('namespace=default And podSelector=app=web');
    const peers = nameOf('namespace=default And podSelector=app=client');
    expect([...view!.span]).toEqual(['n1']);
    expect(view!.wire).toEqual({
      metadata: { name: 'uid-np', uid: 'uid-np', generation: 0 },
      sourceRef: { type: 'K8sNetworkPolicy', namespace: 'default', name: 'np', uid: 'uid-np' },
      appliedToGroups: [targets],
      rules: [
        {
          direction: 'In',
          from: { addressGroups: [peers] },
          services: [
            { protocol: 'TCP', port: 80 },
            { protocol: 'UDP', port: 'dns' },
          ],
          priority: -1,
          action: 'Allow',
          enableLogging: false,
        },
      ],
    });
  });

  it.each<[string, K8sNetworkPolicy['spec'], unknown[]]>([
    ['no rules isolates', { podSelector: {} }, [['In', {}]]],
    [
      'both types isolate both ways',
      { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
      [
        ['In', {}],
        ['Out', {}],
      ],
    ],
    ['Egress alone', { podSelector: {}, policyTypes: ['Egress'] }, [['Out', {}]]],
    [
      'an empty rule allows every address',
      { podSelector: {}, ingress: [{}] },
      [
        [
          'In',
          {
            ipBlocks: [
              { cidr: { ip: 'AAAAAAAAAAAAAP//AAAAAA==', prefixLength: 0 } },
              { cidr: { ip: 'AAAAAAAAAAAAAAAAAAAAAA==', prefixLength: 0 } },
            ],
          },
        ],
      ],
    ],
    [
      'a peer that cannot be is nobody, the others stay',
      { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/33' } }, { podSelector: {} }] }] },
      [['In', { addressGroups: [nameOf('namespace=default And podSelector=')] }]],
    ],
    [
      'a rule of which nothing is left isolates all the same',
      {
        podSelector: {},
        ingress: [{ ports: [{ port: 70_000 }] }, { from: [{ podSelector: { matchLabels: 7 as never } }] }],
      },
      [
        ['In', {}],
        ['In', {}],
      ],
    ],
    [
      'an exception outside of its block',
      { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/24', except: ['10.1.0.0/28'] } }] }] },
      [['In', {}]],
    ],
  ])('%s', (_, spec, expected) => {
    const { policies } = computed(namespace('default'), k8s('default/np', spec));
    const [view] = [...policies.policies()];
    expect(view!.wire.rules!.map(({ direction, from, to }) => [direction, from ?? to])).toEqual(expected);
  });

  it('tells what of a rule cannot be read', () => {
    const { policies } = computed(
      k8s('default/np', { egress: [{ to: [{ ipBlock: { cidr: '010.0.0.0/8' } }] }], policyTypes: ['Egress'] }),
    );
    expect([...policies.policies()][0]!.policy.problems).toEqual([
      {
        text: 'spec.egress[0].to[0].ipBlock.cidr 010.0.0.0/8 is no CIDR: until corrected, it allows nothing',
        effect: 'leftOut',
      },
    ]);
  });
});
