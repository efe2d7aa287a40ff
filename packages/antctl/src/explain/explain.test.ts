import type { FlowDecision, FlowVerdict } from '@antrea-ts/apis';
import { parseIp } from '@antrea-ts/net-types';
import { judge, type Intent } from '@antrea-ts/policy/verdict';
import { describe, expect, it } from 'vitest';
import { askAgents } from './ask-agents.js';
import { AntctlError } from '../errors.js';
import { differencesOf, pairDecisions, realisationOf } from './compare.js';
import { findEnd, packetBetween } from './ends.js';
import { renderDecisions } from './render-explanation.js';

const pod = (name: string, nodeName: string, ip: string, extra: object = {}) => ({
  metadata: { namespace: 'default', name, labels: { app: name } },
  spec: { nodeName, ...extra },
  status: { podIPs: [{ ip }] },
});
const intent: Intent = {
  namespaces: [{ metadata: { name: 'default' } }],
  pods: [
    pod('web', 'node-1', '10.0.1.2'),
    pod('far', 'node-2', '10.0.2.2'),
    pod('six', 'node-2', 'fd00::2'),
    pod('host', 'node-1', '192.168.0.1', { hostNetwork: true }),
  ],
  externalEntities: [],
  services: [{ metadata: { namespace: 'default', name: 'svc' } }],
  k8sNetworkPolicies: [],
  antreaNetworkPolicies: [],
  clusterNetworkPolicies: [
    {
      metadata: { name: 'deny', uid: 'u' },
      spec: {
        priority: 5,
        appliedTo: [{ podSelector: { matchLabels: { app: 'web' } } }],
        ingress: [{ action: 'Drop', name: 'far', from: [{ podSelector: { matchLabels: { app: 'far' } } }] }],
      },
      status: { phase: 'Realizing', currentNodesRealized: 0, desiredNodesRealized: 1 },
    },
  ],
  tiers: [],
  clusterGroups: [],
};
const asked = { protocol: 'TCP', port: 80, family: undefined } as const;
const [far, web, host] = ['default/far', 'default/web', 'default/host'].map((name) => findEnd('from', name, intent));
const packet = packetBetween(far!, web!, asked);
const verdict = judge(packet, intent);

const none: FlowDecision = { direction: 'Out', by: 'none', table: 'EgressDefaultRule', flow: 'table=60' };
const drop: FlowDecision = {
  direction: 'In',
  by: 'rule',
  table: 'AntreaPolicyIngressRule',
  flow: 'table=85',
  conjunctionId: 7,
  rule: {
    policy: { type: 'AntreaClusterNetworkPolicy', name: 'deny', uid: 'u' },
    action: 'Drop',
    name: 'far',
    tierPriority: 250,
    priority: 5,
    index: 0,
  },
};
const sent: FlowVerdict = { node: 'node-2', action: 'Allow', decisions: [none] };
const installed = (ingress: FlowDecision, action: FlowVerdict['action'] = 'Drop') => ({
  action,
  nodes: [sent, { node: 'node-1', action, decisions: [{ ...none, direction: 'Out' as const }, ingress] }],
  unknown: [],
});

describe('intent and flows', () => {
  it('agree where the same rule decides', () => {
    expect(differencesOf(verdict, installed(drop))).toEqual([]);
    expect(
      renderDecisions(pairDecisions(verdict, installed(drop)), false)
        .split('\n')
        .map((line) => line.trimEnd()),
    ).toEqual([
      'END      NODE    BY      VERDICT          POLICY                           TIER         PRIORITY  RULE    FLOW',
      'egress   node-2  intent  Allow (no rule)  <NONE>                           <NONE>       <NONE>    <NONE>  <NONE>',
      'egress   node-2  flows   Allow (no rule)  <NONE>                           <NONE>       <NONE>    <NONE>  table=60',
      'ingress  node-1  intent  Drop             AntreaClusterNetworkPolicy deny  application  5         0 far   <NONE>',
      'ingress  node-1  flows   Drop             AntreaClusterNetworkPolicy deny  250          5         0 far   table=85',
      '',
    ]);
  });

  it.each<[string, FlowDecision, FlowVerdict['action'], string]>([
    ['no flow matches', { ...none, direction: 'In' }, 'Allow', 'by its flows Allow'],
    ['another rule decides', { ...drop, rule: { ...drop.rule!, index: 1 } }, 'Drop', 'by its flows Drop by'],
    [
      'nobody knows the conjunction',
      { direction: 'In', by: 'rule', table: '', flow: '', conjunctionId: 9 },
      'Drop',
      'conjunction 9',
    ],
  ])('differ where %s', (_, decision, action, text) => {
    expect(differencesOf(verdict, installed(decision, action))).toEqual([expect.stringContaining(text)]);
    expect(realisationOf(verdict, intent)).toEqual(['AntreaClusterNetworkPolicy deny is Realizing, on 0 of 1 Nodes']);
  });

  it('differ where something else than policies drops', () => {
    const allowing = judge(packet, { ...intent, clusterNetworkPolicies: [] });
    const lost = {
      action: 'Drop' as const,
      nodes: [{ ...sent, action: 'Drop' as const, droppedAt: 'table=70: no flow matches' }],
      unknown: [{ node: 'node-1', reason: 'silent' }],
    };
    expect(differencesOf(allowing, lost)).toEqual([expect.stringContaining('table=70')]);
  });
});

describe('ends', () => {
  it.each([
    ['default', 'must be NAMESPACE/POD or an IP address'],
    ['default/none', 'there is no such Pod'],
    ['default/svc', 'is a Service, and no Pod'],
  ])('%s: %s', (text, message) => expect(() => findEnd('from', text, intent)).toThrow(message));

  it('have to have a family in common', () => {
    expect(() => packetBetween(far!, findEnd('to', 'default/six', intent), asked)).toThrow(
      'no addresses of one family',
    );
  });

  it("of an address are its Pod's", () => expect(findEnd('to', '10.0.1.2', intent)).toMatchObject({ node: 'node-1' }));
});

describe('agents', () => {
  const ask = async (from: typeof far, answer: (node: string) => unknown) => {
    const seen: unknown[] = [];
    const verdicts = await askAgents({ ...packet, source: parseIp('10.0.2.2') }, from!, web!, {
      get: async ({ node = '', parameters = {} }) => {
        seen.push([node, parameters['origin']]);
        return answer(node);
      },
    });
    return { seen, ...verdicts };
  };

  it('of both Nodes are asked, with where the packet comes from', async () => {
    const { seen, action } = await ask(far, () => sent);
    expect([seen, action]).toEqual([
      [
        ['node-2', 'peer'],
        ['node-1', 'peer'],
      ],
      'Allow',
    ]);
  });

  it('are not asked about what does not reach them', async () => {
    expect((await ask(far, () => ({ ...sent, action: 'Drop' }))).seen).toEqual([['node-2', 'peer']]);
    expect((await ask(host, () => sent)).seen).toEqual([['node-1', 'node']]);
  });

  it('that do not answer leave the verdict open', async () => {
    const silent = await ask(far, (node) => {
      if (node === 'node-1') throw new AntctlError('request', 'silent');
      return sent;
    });
    expect(silent).toMatchObject({ unknown: [{ node: 'node-1', reason: 'silent' }] });
    expect(silent.action).toBeUndefined();
  });
});
