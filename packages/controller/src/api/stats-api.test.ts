import type { NetworkPolicyReference } from '@antrea-ts/apis';
import type { PolicyChange, PolicyView } from '@antrea-ts/policy';
import { HttpError, Router, type HttpRequest } from '@antrea-ts/runtime';
import { describe, expect, it } from 'vitest';
import type { PolicyParts } from '../policy/start-policies.js';
import { PolicyStatsStore } from '../stats/policy-stats.js';
import { routeApis } from './api-group.js';
import { nodeStatsSummaries, statsApi } from './stats-api.js';

const acnp = { type: 'AntreaClusterNetworkPolicy', name: 'acnp', uid: 'u1' } as const;
const web = { type: 'K8sNetworkPolicy', namespace: 'a', name: 'web', uid: 'u2' } as const;
const db = { type: 'K8sNetworkPolicy', namespace: 'b', name: 'db', uid: 'u3' } as const;

function view(source: NetworkPolicyReference): PolicyView {
  return {
    name: source.uid,
    span: new Set(),
    policy: { source, generation: 1, rules: [], problems: [] },
    wire: { metadata: { name: source.uid } },
  };
}

const comes = (...sources: NetworkPolicyReference[]): PolicyChange[] => sources.map((each) => ({ after: view(each) }));

function served(stats: PolicyStatsStore | undefined) {
  const router = new Router();
  const parts = { stats, whenComputed: async () => undefined } as unknown as PolicyParts;
  routeApis(router, [statsApi(parts)]);
  const request = (path: string, accept: string): HttpRequest => {
    const url = new URL(path, 'http://api');
    return {
      method: 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: { accept },
    } as unknown as HttpRequest;
  };
  const ask = async (path: string, accept = 'application/json'): Promise<unknown> =>
    ((await router.handle(request(`/apis/stats.antrea.io/v1alpha1/${path}`, accept))).body as { json: unknown }).json;
  const report = (summary: object) =>
    nodeStatsSummaries(parts).create!({
      namespace: '',
      http: { body: async () => new TextEncoder().encode(JSON.stringify(summary)) } as unknown as HttpRequest,
    });
  return { ask, report };
}

function store(): PolicyStatsStore {
  return new PolicyStatsStore({ now: () => Date.UTC(2026, 0, 2, 3, 4, 5) });
}

describe('stats.antrea.io', () => {
  it('sums what Nodes report, rule by rule', async () => {
    const stats = store();
    stats.policiesChanged(comes(acnp, web, db));
    const { ask, report } = served(stats);
    const rule = (name: string, packets: number) => ({
      name,
      trafficStats: { packets, bytes: packets * 10, sessions: 1 },
    });
    const ofAcnp = (...rules: object[]) => ({
      antreaClusterNetworkPolicies: [{ networkPolicy: acnp, ruleTrafficStats: rules }],
    });
    await report(ofAcnp(rule('r1', 5), rule('r2', 1)));
    await report({
      ...ofAcnp(rule('r2', 2)),
      networkPolicies: [{ networkPolicy: web, trafficStats: { packets: 3, bytes: 4, sessions: 2 } }],
    });
    expect(await ask('antreaclusternetworkpolicystats/acnp')).toEqual({
      kind: 'AntreaClusterNetworkPolicyStats',
      apiVersion: 'stats.antrea.io/v1alpha1',
      metadata: { name: 'acnp', uid: 'u1', creationTimestamp: '2026-01-02T03:04:05Z' },
      trafficStats: { packets: 8, bytes: 80, sessions: 3 },
      ruleTrafficStats: [
        { name: 'r1', trafficStats: { packets: 5, bytes: 50, sessions: 1 } },
        { name: 'r2', trafficStats: { packets: 3, bytes: 30, sessions: 2 } },
      ],
    });
    expect(await ask('networkpolicystats')).toMatchObject({
      kind: 'NetworkPolicyStatsList',
      items: [
        { metadata: { namespace: 'a', name: 'web' }, trafficStats: { packets: 3, bytes: 4, sessions: 2 } },
        { metadata: { namespace: 'b', name: 'db' }, trafficStats: { packets: 0, bytes: 0, sessions: 0 } },
      ],
    });
    expect(await ask('namespaces/b/networkpolicystats')).toMatchObject({ items: [{ metadata: { name: 'db' } }] });
  });

  it('of a policy end with it; one of the same name begins anew', async () => {
    const stats = store();
    stats.policiesChanged(comes(web));
    const { ask, report } = served(stats);
    const reported = { networkPolicies: [{ networkPolicy: web, trafficStats: { packets: 3, bytes: 4, sessions: 2 } }] };
    await report(reported);
    // The new one is told before the old one is gone.
    stats.policiesChanged([...comes({ ...web, uid: 'u9' }), { before: view(web) }]);
    await report(reported);
    expect(await ask('namespaces/a/networkpolicystats/web')).toMatchObject({
      metadata: { uid: 'u9' },
      trafficStats: { packets: 0 },
    });
    stats.policiesChanged([{ before: view({ ...web, uid: 'u9' }) }]);
    await expect(ask('namespaces/a/networkpolicystats/web')).rejects.toThrow(
      'networkpolicystats.stats.antrea.io "web" not found',
    );
    expect(await ask('networkpolicystats')).toMatchObject({ items: [] });
  });

  it('are a table for kubectl', async () => {
    const stats = store();
    stats.policiesChanged(comes(web));
    const { ask } = served(stats);
    const accept =
      'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';
    expect(await ask('networkpolicystats', accept)).toMatchObject({
      kind: 'Table',
      columnDefinitions: ['Name', 'Sessions', 'Packets', 'Bytes', 'Created At'].map((name) => ({ name })),
      rows: [
        {
          cells: ['web', 0, 0, 0, '2026-01-02T03:04:05Z'],
          object: { kind: 'PartialObjectMetadata', metadata: { namespace: 'a' } },
        },
      ],
    });
    expect(await ask('networkpolicystats?includeObject=Object', accept)).toMatchObject({
      rows: [{ object: { kind: 'NetworkPolicyStats' } }],
    });
    expect(await ask('networkpolicystats', 'application/json, */*')).toMatchObject({ kind: 'NetworkPolicyStatsList' });
  });

  it('cannot be watched, as in 1.3', async () => {
    await expect(served(store()).ask('networkpolicystats?watch=true')).rejects.toMatchObject({ status: 405 });
  });

  it('are none without the gate, and take reports all the same', async () => {
    const { ask, report } = served(undefined);
    expect(await ask('antreanetworkpolicystats')).toMatchObject({ items: [] });
    await expect(ask('namespaces/a/antreanetworkpolicystats/x')).rejects.toThrow('feature NetworkPolicyStats disabled');
    expect(await report({})).toMatchObject({ status: 201 });
  });

  it.each([
    [{ networkPolicies: 5 }, 'networkPolicies is no list of objects'],
    [{ networkPolicies: [{}] }, 'networkPolicies[0].networkPolicy.uid is missing'],
    [{ networkPolicies: [{ networkPolicy: web, trafficStats: 1 }] }, 'networkPolicies[0].trafficStats is no object'],
    [
      { antreaNetworkPolicies: [{ networkPolicy: web, ruleTrafficStats: [{ trafficStats: { bytes: -1 } }] }] },
      'antreaNetworkPolicies[0].ruleTrafficStats[0].trafficStats.bytes is no count',
    ],
  ])('refuse %j', async (summary, message) => {
    const refused = served(store()).report(summary);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toBeInstanceOf(HttpError);
  });
});
