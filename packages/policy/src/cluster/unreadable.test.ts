import { createHash } from 'node:crypto';
import type { AntreaPolicy, NetworkPolicyRule } from '@antrea-ts/apis';
import { beforeEach, describe, expect, it } from 'vitest';
import { ClusterPolicies } from './cluster-policies.js';
import type { PolicyView } from './views.js';
import { anywhere } from './wire-blocks.js';

const sha1 = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex');
const everybody = { ipBlocks: anywhere };
const until = ': until corrected, ';
const noSelector = 'is no label selector: In and NotIn need values, Exists and DoesNotExist are the other operators';

/** What nobody can read of a policy opens nothing, whatever the rule was to do. */
describe('what cannot be read of an Antrea policy', () => {
  let policies: ClusterPolicies;
  beforeEach(() => {
    policies = new ClusterPolicies({ sha1 });
    policies.set('namespace', 'ns', { metadata: { name: 'ns', labels: {} } });
    policies.set('pod', 'ns/web', {
      metadata: { name: 'web', namespace: 'ns', uid: 'w', labels: { app: 'web' } },
      spec: { nodeName: 'n1', containers: [] },
      status: { podIP: '10.0.0.1' },
    });
  });

  function viewOf(spec: unknown): PolicyView {
    policies.set('clusterNetworkPolicy', 'c', { metadata: { name: 'c', uid: 'c' }, spec } as AntreaPolicy);
    return policies.takeChanges().networkPolicies.find(({ after }) => after?.name === 'c')!.after!;
  }
  const ingress = (...rules: unknown[]): PolicyView =>
    viewOf({ priority: 5, appliedTo: [{ podSelector: {} }], ingress: rules });
  const textsOf = ({ policy }: PolicyView): string[] => policy.problems.map(({ text }) => text);
  const effectsOf = ({ policy }: PolicyView): string[] => policy.problems.map(({ effect }) => effect);
  const rulesOf = ({ wire }: PolicyView): readonly NetworkPolicyRule[] => wire.rules ?? [];

  const broken = { matchExpressions: [{ key: 'a', operator: 'In' }] };
  const web = { podSelector: { matchLabels: { app: 'web' } } };

  describe.each(['Drop', 'Reject'])('is everything that a rule to %s could mean by', (action) => {
    it.each([
      [{ port: 70_000 }, 'port 70000 is no port', { protocol: 'TCP' }],
      [{ protocol: 'UDP', port: -1 }, 'port -1 is no port', { protocol: 'UDP' }],
      [{ protocol: 'SCTP', port: {} }, 'port is neither number nor name', { protocol: 'SCTP' }],
      [{ port: 90, endPort: 80 }, 'endPort 80 is not a port of 90 or above', { protocol: 'TCP' }],
      [{ port: 'web', endPort: 80 }, 'endPort 80 is not a port of web or above', { protocol: 'TCP' }],
    ])('the port %j', (port, problem, service) => {
      const view = ingress({ action, from: [web], ports: [{ port: 443 }, port] });
      expect(rulesOf(view)).toMatchObject([{ action, services: [{ protocol: 'TCP', port: 443 }, service] }]);
      expect(rulesOf(view)[0]?.from?.addressGroups).toHaveLength(1);
      const denied = `every ${service.protocol} port`;
      expect(textsOf(view)).toEqual([`spec.ingress[0].ports[1].${problem}${until}the rule denies ${denied}`]);
      expect(effectsOf(view)).toEqual(['widened']);
    });

    it.each([
      [[{ protocol: 'ICMP', port: 80 }], '[0].protocol ICMP is none of TCP, UDP, SCTP'],
      [[{ protocol: 6 }], '[0].protocol is not text'],
      [['all'], '[0] is no object'],
      [443, ' is no list'],
    ])('the ports %j', (ports, problem) => {
      const view = ingress({ action, from: [web], ports });
      expect(rulesOf(view)).toMatchObject([{ action, from: { addressGroups: [expect.any(String)] } }]);
      expect(rulesOf(view)[0]).not.toHaveProperty('services');
      expect(textsOf(view)).toEqual([`spec.ingress[0].ports${problem}${until}the rule denies traffic of every kind`]);
    });

    it.each([
      [[web, { podSelector: broken }], `[1].podSelector ${noSelector}`],
      [[{ ipBlock: { cidr: '010.0.0.0/8' } }], '[0].ipBlock.cidr 010.0.0.0/8 is no CIDR'],
      [[{ ipBlock: {} }], '[0].ipBlock.cidr undefined is no CIDR'],
      [[{ ipBlock: 'all' }], '[0].ipBlock is no object'],
      [[{ namespaces: { match: 'Others' } }], '[0].namespaces.match Others is not Self'],
      [[{ namespaces: { match: 'Self' }, podSelector: 5 }], `[0].podSelector ${noSelector}`],
      [[{ group: {} }], '[0].group is not text'],
      [[null], '[0] is no object'],
      ['all', ' is no list'],
    ])('the peers %j', (from, problem) => {
      const view = ingress({ action, from, ports: [{ port: 443 }] });
      expect(rulesOf(view)).toEqual([
        expect.objectContaining({ action, from: everybody, services: [{ protocol: 'TCP', port: 443 }] }),
      ]);
      expect(textsOf(view)).toEqual([`spec.ingress[0].from${problem}${until}the rule denies everybody`]);
    });

    it.each([
      [{ ipBlocks: [{ cidr: '10.0.0.0/8' }, { cidr: '10.0.0.0' }] }, 'spec.ipBlocks[1].cidr 10.0.0.0 is no CIDR'],
      [{ podSelector: broken }, `spec.podSelector ${noSelector}`],
      [{ childGroups: 'all' }, 'spec.childGroups is no list'],
    ])('a ClusterGroup of %j, itself or as a child', (spec, problem) => {
      policies.set('clusterGroup', 'g', { metadata: { name: 'g' }, spec } as never);
      policies.set('clusterGroup', 'parent', { metadata: { name: 'parent' }, spec: { childGroups: ['g'] } });
      const view = ingress({ action, from: [{ group: 'g' }] }, { action, from: [{ group: 'parent' }] });
      expect(rulesOf(view).map(({ from }) => from)).toEqual([everybody, everybody]);
      expect(textsOf(view)).toEqual([
        `spec.ingress[0].from[0].group g: ${problem}${until}the rule denies everybody`,
        `spec.ingress[1].from[0].group parent: ClusterGroup g: ${problem}${until}the rule denies everybody`,
      ]);
      expect(view.policy.missingGroups).toBeUndefined();

      policies.set('clusterGroup', 'g', { metadata: { name: 'g' }, spec: { ipBlocks: [{ cidr: '10.0.0.0/8' }] } });
      const corrected = policies.takeChanges().networkPolicies[0]!.after!;
      expect(rulesOf(corrected).map(({ from }) => from?.ipBlocks?.length)).toEqual([1, 1]);
      expect(corrected.policy.problems).toEqual([]);
    });
  });

  it('is nothing in a rule that allows; the rest of it stays', () => {
    policies.set('clusterGroup', 'g', {
      metadata: { name: 'g' },
      spec: { ipBlocks: [{ cidr: '10.0.0.0/8' }, { cidr: '10' }] },
    });
    const view = ingress(
      { action: 'Allow', from: [web, { podSelector: broken }], ports: [{ port: 70_000 }, { port: 443 }] },
      { action: 'Allow', ports: [{ port: 70_000 }] },
      { action: 'Allow', from: 'all' },
      { action: 'Allow', from: [{ group: 'g' }] },
    );
    expect(rulesOf(view)).toMatchObject([
      { priority: 0, from: { addressGroups: [expect.any(String)] }, services: [{ protocol: 'TCP', port: 443 }] },
      { priority: 3, from: { ipBlocks: [{ cidr: { prefixLength: 8 } }] } },
    ]);
    expect(rulesOf(view)[0]?.from?.addressGroups).toHaveLength(1);
    expect(textsOf(view)).toEqual(
      [
        'spec.ingress[0].ports[0].port 70000 is no port',
        `spec.ingress[0].from[1].podSelector ${noSelector}`,
        'spec.ingress[1].ports[0].port 70000 is no port',
        'spec.ingress[2].from is no list',
        'spec.ingress[3].from[0].group g: spec.ipBlocks[1].cidr 10 is no CIDR',
      ].map((problem) => `${problem}${until}it allows nothing`),
    );
    expect(new Set(effectsOf(view))).toEqual(new Set(['leftOut']));
  });

  it('is Drop for an action', () => {
    const view = ingress({ action: 'Obey\n', from: [web] }, { from: [web] });
    expect(rulesOf(view).map(({ action }) => action)).toEqual(['Drop', 'Drop']);
    expect(textsOf(view)).toEqual([
      `spec.ingress[0].action Obey  is none of Allow, Drop, Reject${until}the rule drops`,
      `spec.ingress[1].action undefined is none of Allow, Drop, Reject${until}the rule drops`,
    ]);
  });

  it.each([
    [[7], 'spec.egress[0]'],
    ['none', 'spec.egress'],
  ])('is a rule that denies everything for the rules %j', (egress, field) => {
    const view = viewOf({ priority: 5, appliedTo: [{ podSelector: {} }], egress });
    expect(rulesOf(view)).toEqual([expect.objectContaining({ direction: 'Out', action: 'Drop', to: everybody })]);
    expect([...view.span]).toEqual(['n1']);
    expect(textsOf(view)).toEqual([`${field} is no rule${until}it denies everything to whom the policy applies`]);
  });

  it('is no rule for rules that are null, as clients write that there are none', () => {
    const view = viewOf({ priority: 5, appliedTo: [{ podSelector: {} }], ingress: null, egress: null });
    expect(view.policy).toMatchObject({ rules: [], problems: [] });
  });

  it.each([-1, 0, 0.5, 10_001, 1e308, '5', null, undefined])(
    'is the first place in its tier for priority %j',
    (priority) => {
      const rules = [{ action: 'Allow' }, { action: 'Drop' }];
      const view = viewOf({ priority, appliedTo: [{ podSelector: {} }], ingress: rules });
      expect(view.wire).toMatchObject({ priority: 1, rules: [{ action: 'Drop', priority: 1 }] });
      const what = priority === undefined ? 'is missing' : 'is not a number from 1 to 10000';
      const holds = 'rules that deny come first in the tier, and rules that allow are left out';
      expect(textsOf(view)).toEqual([`spec.priority ${what}${until}${holds}`]);
      expect(effectsOf(view)).toEqual(['widened']);
    },
  );

  it('is nobody among those whom a policy is for', () => {
    const view = viewOf({
      priority: 5,
      appliedTo: [web, { podSelector: broken }, 'all', { group: 'g' }],
      ingress: [{ action: 'Drop' }],
    });
    expect(view.wire.appliedToGroups).toHaveLength(1);
    expect(textsOf(view)).toEqual([
      `spec.appliedTo[1].podSelector ${noSelector}${until}it applies to nobody`,
      `spec.appliedTo[2] is no object${until}it applies to nobody`,
    ]);
    const own = { action: 'Drop', appliedTo: [{ podSelector: broken }] };
    const none = viewOf({ priority: 5, appliedTo: 'all', ingress: [own, { ...own, appliedTo: 5 }] });
    expect(rulesOf(none).map(({ appliedToGroups }) => appliedToGroups)).toEqual([[], []]);
    expect(textsOf(none)).toHaveLength(3);
  });

  it('is the tier of policies without one, and the tier is told while it is not there', () => {
    const named = (tier: unknown): PolicyView =>
      viewOf({ tier, priority: 5, appliedTo: [{ podSelector: {} }], ingress: [{ action: 'Drop' }] });
    const unreadable = named(7);
    expect(unreadable.wire).toMatchObject({ tierPriority: 250, rules: [{ action: 'Drop' }] });
    expect(textsOf(unreadable)).toEqual([
      `spec.tier is not text${until}the policy is of the tier of those that name none`,
    ]);
    expect(named('mine').policy).toMatchObject({ tierPriority: 250, missingTier: 'mine', problems: [] });
    policies.set('tier', 'mine', { metadata: { name: 'mine' }, spec: { priority: 7 } });
    const [change] = policies.takeChanges().networkPolicies;
    expect(change?.after?.policy.tierPriority).toBe(7);
    expect(change?.after?.policy).not.toHaveProperty('missingTier');
  });

  it('is left away where it only names or logs', () => {
    const view = ingress({ action: 'Drop', name: 5, enableLogging: 'yes' });
    expect(rulesOf(view)).toMatchObject([{ action: 'Drop', enableLogging: false }]);
    expect(effectsOf(view)).toEqual(['leftOut', 'leftOut']);
  });

  it('is shown shortly', () => {
    const [text] = textsOf(ingress({ action: 'x'.repeat(1_000_000) }));
    expect(text?.length).toBeLessThan(200);
  });
});
