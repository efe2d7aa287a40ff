import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, Lab } from './lab.js';
import { acnp, anp, app, clusterGroup, k8s, list } from './policies.js';

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message: string;
}

/** What users are told of policies that are not as they look. */
describe('conditions and events of policies', () => {
  const lab = new Lab('conditions');

  beforeAll(async () => {
    await lab.up('--nodes', '1');
    await lab.pods([{ name: 'web', labels: { app: 'web' } }]);
  });
  afterAll(() => lab.down());

  it('what cannot be read of a rule opens nothing, and the user sees why', async () => {
    // As if the policies had been stored before the webhooks were there.
    const name = 'crdvalidator.antrea.io';
    const webhooks = await lab.kubectl(['get', 'validatingwebhookconfiguration', name, '-o', 'json']);
    await lab.kubectl(['delete', 'validatingwebhookconfiguration', name]);
    await apply(
      acnp({
        appliedTo: [app('web')],
        ingress: [
          { action: 'Allow', ports: [{ port: 70_000 }] },
          { action: 'Drop', ports: [{ protocol: 'UDP', port: 70_000 }] },
          { action: 'Drop' },
        ],
      }),
      k8s({ ...app('web'), ingress: [{ from: [{ ipBlock: { cidr: '010.0.0.0/8' } }] }] }),
    );
    await eventually(async () => {
      expect(await conditions('acnp', 'acnp')).toMatchObject([
        {
          type: 'RulesLeftOut',
          message: expect.stringContaining('spec.ingress[0].ports[0].port 70000 is no port') as string,
        },
        {
          type: 'RulesWidened',
          message: 'spec.ingress[1].ports[0].port 70000 is no port: until corrected, the rule denies every UDP port',
        },
      ]);
      const events = await lab.kubectl(['get', 'events', '-A', '--no-headers']);
      expect(events).toMatch(
        /RulesLeftOut +clusternetworkpolicy\/acnp +spec\.ingress\[0\]\.ports\[0\]\.port 70000 is no port/,
      );
      expect(events).toMatch(/RulesWidened +clusternetworkpolicy\/acnp +spec\.ingress\[1\]/);
      expect(events).toMatch(
        /RulesLeftOut +networkpolicy\/np +spec\.ingress\[0\]\.from\[0\]\.ipBlock\.cidr 010\.0\.0\.0\/8 is no CIDR/,
      );
    });
    // The rest holds: what is isolated, and the rules that can be; and what a rule denies that nobody can read.
    const flows = await lab.node('node-1', 'ovs-ofctl', '-O', 'OpenFlow13', 'dump-flows', 'br-int');
    expect(flows).toMatch(/table=100, .*reg1=\S+ actions=drop/);
    expect(flows).toMatch(/table=85, .*priority=\d+,udp actions=conjunction/);
    expect(flows).toMatch(/table=85, .*conj_id=\d+ actions=.*NXM_NX_REG0\[20\]/);
    await apply(acnp({ appliedTo: [app('web')], ingress: [{ action: 'Drop' }] }));
    await eventually(async () => expect(await conditions('acnp', 'acnp')).toEqual([]));
    const { metadata: _, ...rest } = JSON.parse(webhooks) as { metadata: object };
    await lab.kubectl(
      ['create', '-f', '-'],
      JSON.stringify({ ...rest, metadata: { name, labels: { app: 'antrea' } } }),
    );
    await lab.kubectl(['delete', 'acnp,networkpolicies.networking.k8s.io', '--all']);
  });

  it('policies in the same place that want different things for a Pod are told, both of them', async () => {
    await apply(
      acnp({ appliedTo: [app('web')], ingress: [{ action: 'Allow' }] }),
      anp({ appliedTo: [{ podSelector: {} }], ingress: [{ action: 'Drop' }] }),
    );
    await eventually(async () => {
      expect((await conditions('acnp', 'acnp')).map(({ type }) => type)).toEqual(['OrderUndecided']);
      expect((await conditions('anp', 'anp')).map(({ type }) => type)).toEqual(['OrderUndecided']);
    });
    await lab.kubectl(['patch', 'anp', 'anp', '--type=merge', '-p', '{"spec":{"priority":6}}']);
    await eventually(async () => {
      expect([...(await conditions('acnp', 'acnp')), ...(await conditions('anp', 'anp'))]).toEqual([]);
    });
    await lab.kubectl(['delete', 'acnp,anp', '--all']);
  });

  it('ClusterGroups that are missing are named until they come', async () => {
    await apply(
      acnp({ appliedTo: [{ group: 'webs' }], ingress: [{ action: 'Drop' }] }),
      clusterGroup('webs', { childGroups: ['child'] }),
    );
    await eventually(async () =>
      expect(await conditions('cg', 'webs')).toMatchObject([{ type: 'GroupMembersComputed', status: 'False' }]),
    );
    await lab.kubectl(['delete', 'cg', 'webs']);
    await eventually(async () =>
      expect(await conditions('acnp', 'acnp')).toMatchObject([
        { type: 'ReferencesMissing', message: expect.stringContaining('webs') as string },
      ]),
    );
    await apply(clusterGroup('webs', { childGroups: ['child'] }), clusterGroup('child', app('web')));
    await eventually(async () => {
      expect(await conditions('cg', 'webs')).toMatchObject([{ type: 'GroupMembersComputed', status: 'True' }]);
      expect(await conditions('acnp', 'acnp')).toEqual([]);
    });
  });

  it('text that looks like commands, chains or flows stays text', async () => {
    const marks = ['shell', 'second'].map((name) => `/tmp/from-a-policy-${lab.name}-${name}`);
    const name = `"; actions=NORMAL\n$(touch ${marks[0]}) \`touch ${marks[1]}\` -A FORWARD -j ACCEPT`;
    const values = ['web', '-j ACCEPT', '; actions=NORMAL', `$(touch ${marks[0]})`];
    const podSelector = { matchExpressions: [{ key: 'app', operator: 'In', values }] };
    await apply(acnp({ appliedTo: [{ podSelector }], ingress: [{ action: 'Drop', name, enableLogging: true }] }));
    await eventually(async () => expect(await phase()).toBe('Realized'));
    const flows = await lab.node('node-1', 'ovs-ofctl', '-O', 'OpenFlow13', 'dump-flows', 'br-int');
    expect(flows).toMatch(/table=85, .*conj_id=\d+ actions=.*NXM_NX_REG0\[20\]/);
    for (const mark of marks) await expect(lab.node('node-1', 'ls', mark)).rejects.toThrow('No such file');
    // One without rules is enforced as soon as it is known.
    await apply(acnp({ appliedTo: [app('web')] }));
    await eventually(async () => expect(await phase()).toBe('Realized'));
    await lab.kubectl(['delete', 'acnp', '--all']);
  });

  function phase(): Promise<string> {
    const path = '{.status.phase} {.status.observedGeneration} {.metadata.generation}';
    return lab.kubectl(['get', 'acnp', 'acnp', '-o', `jsonpath=${path}`]).then((text) => {
      const [is = '', observed, current] = text.split(' ');
      return observed === current ? is : 'of another generation';
    });
  }

  function apply(...objects: object[]): Promise<string> {
    return lab.kubectl(['apply', '-f', '-'], JSON.stringify(list(objects)));
  }

  async function conditions(resource: string, name: string): Promise<readonly Condition[]> {
    const { status } = JSON.parse(await lab.kubectl(['get', resource, name, '-o', 'json'])) as {
      status?: { conditions?: readonly Condition[] };
    };
    return status?.conditions ?? [];
  }
});
