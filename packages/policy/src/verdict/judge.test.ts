import type { AntreaPolicy, AntreaPolicyRule, K8sNetworkPolicy, Pod } from '@antrea-ts/apis';
import { parseIp } from '@antrea-ts/net-types';
import { describe, expect, it } from 'vitest';
import { judge, type Intent, type Packet, type Verdict } from './index.js';

const pod = (key: string, ip: string, extra: { phase?: string; hostNetwork?: boolean } = {}): Pod => {
  const [namespace = '', name = ''] = key.split('/');
  return {
    metadata: { namespace, name, labels: { app: name } },
    spec: {
      nodeName: 'node-1',
      hostNetwork: extra.hostNetwork ?? false,
      containers: [{ ports: [{ name: 'http', containerPort: name === 'web' ? 80 : 81 }] }],
    },
    status: { phase: extra.phase ?? 'Running', podIPs: [{ ip }] },
  };
};
const cluster: Intent = {
  namespaces: ['default', 'other'].map((name) => ({ metadata: { name, labels: { name } } })),
  pods: [
    pod('default/web', '10.0.0.2'),
    pod('default/client', '10.0.0.3'),
    pod('other/client', '10.0.0.4'),
    pod('default/ended', '10.0.0.4', { phase: 'Succeeded' }),
    pod('default/host', '192.168.0.1', { hostNetwork: true }),
  ],
  externalEntities: [],
  services: [],
  k8sNetworkPolicies: [],
  antreaNetworkPolicies: [],
  clusterNetworkPolicies: [],
  tiers: [
    { metadata: { name: 'emergency' }, spec: { priority: 50 } },
    { metadata: { name: 'baseline' }, spec: { priority: 253 } },
  ],
  clusterGroups: [],
};
const app = (name: string) => ({ podSelector: { matchLabels: { app: name } } });
const k8s = (spec: K8sNetworkPolicy['spec']): Partial<Intent> => ({
  k8sNetworkPolicies: [{ metadata: { namespace: 'default', name: 'np', uid: 'np' }, spec: spec! }],
});
const acnp = (
  name: string,
  rule: Partial<AntreaPolicyRule>,
  extra: Partial<AntreaPolicy['spec']> = {},
): AntreaPolicy => ({
  metadata: { name, uid: name },
  spec: { priority: 5, appliedTo: [app('web')], ingress: [{ action: 'Drop', ...rule }], ...extra },
});
const acnps = (...clusterNetworkPolicies: AntreaPolicy[]): Partial<Intent> => ({ clusterNetworkPolicies });

const packet = (extra: Partial<Packet> & { from?: string; to?: string } = {}): Packet => {
  const { from = '10.0.0.3', to = '10.0.0.2', ...rest } = extra;
  return { source: parseIp(from), destination: parseIp(to), protocol: 'TCP', port: 80, ...rest };
};
const verdict = (intent: Partial<Intent>, sent = packet()): Verdict => judge(sent, { ...cluster, ...intent });
/** The last decision in short. */
function told(intent: Partial<Intent>, sent = packet()): string {
  const { action, egress, ingress } = verdict(intent, sent);
  const decision = ingress ?? egress;
  const names = decision?.rules.map(({ policy, index }) => `${policy.name}#${index}`) ?? [];
  return [action, decision?.direction, decision?.by, ...names].join(' ');
}

describe('a verdict', () => {
  it('is to allow where nobody says anything', () => expect(told({})).toBe('Allow In none'));

  it.each<[string, Partial<Intent>, Packet, string]>([
    ['isolation', k8s({ ...app('web') }), packet(), 'Drop In isolation'],
    ['isolation of what is sent', k8s({ ...app('client'), policyTypes: ['Egress'] }), packet(), 'Drop Out isolation'],
    [
      'a rule that allows',
      k8s({ ...app('web'), ingress: [{ from: [app('client')] }] }),
      packet(),
      'Allow In rule np#0',
    ],
    [
      'the own Namespace alone',
      k8s({ ...app('web'), ingress: [{ from: [app('client')] }] }),
      packet({ from: '10.0.0.4' }),
      'Drop In isolation',
    ],
    [
      'ICMP, which has no port',
      k8s({ ...app('web'), ingress: [{ ports: [{ port: 80 }] }] }),
      { ...packet(), protocol: 'ICMP' },
      'Drop In isolation',
    ],
    [
      'the name of a port',
      k8s({ ...app('web'), ingress: [{ ports: [{ port: 'http' }] }] }),
      packet(),
      'Allow In rule np#0',
    ],
    [
      'a name that means another port there',
      k8s({ ...app('client'), policyTypes: ['Egress'], egress: [{ ports: [{ port: 'http' }] }] }),
      packet({ to: '10.0.0.4' }),
      'Drop Out isolation',
    ],
    [
      'a name among addresses, which have none',
      k8s({
        ...app('client'),
        policyTypes: ['Egress'],
        egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }], ports: [{ port: 'http' }] }],
      }),
      packet(),
      'Drop Out isolation',
    ],
    [
      'an exception of a block',
      k8s({ ...app('web'), ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.3/32'] } }] }] }),
      packet(),
      'Drop In isolation',
    ],
    [
      'a rule that cannot be, which still isolates',
      k8s({ ...app('web'), ingress: [{ ports: [{ port: 80, endPort: 79 }] }, {}] }),
      packet(),
      'Allow In rule np#1',
    ],
    [
      'probes of the own Node',
      k8s({ ...app('web') }),
      packet({ from: '10.0.0.1', sourceNode: 'node-1' }),
      'Allow In bypass',
    ],
    [
      'others of another Node',
      k8s({ ...app('web') }),
      packet({ from: '10.0.1.1', sourceNode: 'node-2' }),
      'Drop In isolation',
    ],
    ['a Pod to itself', k8s({ ...app('web') }), packet({ from: '10.0.0.2' }), 'Allow In bypass'],
    [
      'whoever has the address now, not the Pod that ended',
      acnps(acnp('deny', { from: [app('ended')] })),
      packet({ from: '10.0.0.4' }),
      'Allow In none',
    ],
    [
      "Pods on the host's network, by address only",
      acnps(acnp('deny', { from: [app('host')] })),
      packet({ from: '192.168.0.1' }),
      'Allow In none',
    ],
    [
      'tiers before priorities',
      acnps(acnp('late', {}, { priority: 1 }), acnp('early', { action: 'Allow' }, { tier: 'Emergency', priority: 9 })),
      packet(),
      'Allow In rule early#0',
    ],
    [
      'of equals the one that denies',
      acnps(acnp('let', { action: 'Allow' }), acnp('reject', { action: 'Reject' }), acnp('deny', {})),
      packet(),
      'Drop In rule deny#0',
    ],
    [
      'the baseline after Kubernetes policies',
      { ...acnps(acnp('base', {}, { tier: 'baseline' })), ...k8s({ ...app('web'), ingress: [{}] }) },
      packet(),
      'Allow In rule np#0',
    ],
    [
      'peers of the own Namespace',
      acnps(acnp('self', { from: [{ namespaces: { match: 'Self' } }] })),
      packet({ from: '10.0.0.4' }),
      'Allow In none',
    ],
    ['groups that are not there', acnps(acnp('deny', { from: [{ group: 'none' }] })), packet(), 'Allow In none'],
    [
      'groups of Pods and of addresses together',
      {
        ...acnps(acnp('deny', { from: [{ group: 'both' }] })),
        clusterGroups: [
          { metadata: { name: 'both' }, spec: { childGroups: ['pods', 'blocks'] } },
          { metadata: { name: 'pods' }, spec: app('nobody') },
          { metadata: { name: 'blocks' }, spec: { ipBlocks: [{ cidr: '10.0.0.3/32' }] } },
        ],
      },
      packet(),
      'Drop In rule deny#0',
    ],
  ])('knows %s', (_, intent, sent, expected) => expect(told(intent, sent)).toBe(expected));
});
