import { flowKey, parseFlow, parseGroup, type FlowStats } from '@antrea-ts/openflow';
import { parseMac } from '@antrea-ts/net-types';
import { HttpError, Router, type HttpRequest } from '@antrea-ts/runtime';
import { describe, expect, it } from 'vitest';
import { Inspection } from '../info/inspection.js';
import { PodStore } from '../pods/pod-store.js';
import { routeOvsFlows } from './ovs-flows.js';

const flowOf = (text: string): FlowStats => ({ ...parseFlow(text), packets: 3n, bytes: 300n, durationSeconds: 1 });
const fromWeb = flowOf('cookie=0x1,table=0,priority=190,in_port=3,actions=goto_table:10');
const toWeb = flowOf('table=80,priority=200,dl_dst=0a:00:00:00:00:03,actions=goto_table:85');
const other = flowOf('table=80,priority=0,actions=goto_table:85');
const many = Array.from({ length: 1_200 }, (_, index) => flowOf(`table=90,priority=${index},actions=drop`));

function routed() {
  const router = new Router();
  const inspection = new Inspection();
  const store = new PodStore();
  store.set({
    containerId: 'c1',
    podName: 'web',
    podNamespace: 'default',
    interfaceName: 'web-1',
    ofPort: 3,
    mac: parseMac('0a:00:00:00:00:03'),
    addresses: [],
  });
  let failure: Error | undefined;
  const owners = new Map([fromWeb, toWeb].map((flow) => [flowKey(flow), ['pod/default/web/c1']]));
  routeOvsFlows(router, {
    connection: {
      dumpFlows: async ({ table } = {}) => {
        if (failure) throw failure;
        return [fromWeb, toWeb, other, ...many].filter((flow) => table === undefined || flow.table === table);
      },
      dumpGroups: async () => [parseGroup('group_id=5,type=select,bucket=actions=output:1')],
    },
    dataplane: { ownersOf: (key) => owners.get(key) ?? ['node base'] },
    store,
    inspection,
  });
  const get = async (query: string): Promise<string[]> => {
    const request = { method: 'GET', path: '/ovsflows', query: new URLSearchParams(query) };
    const { body } = await router.handle({ ...request, signal: new AbortController().signal } as HttpRequest);
    let text = '';
    for await (const piece of body as AsyncIterable<string>) text += piece;
    return (JSON.parse(text) as { flow: string }[]).map(({ flow }) => flow);
  };
  return { get, inspection, fail: (error: Error) => (failure = error) };
}

describe('/ovsflows', () => {
  it('tells flows with counters, without cookie and age', async () => {
    const { get } = routed();
    expect(await get('table=L2Forwarding')).toEqual([
      'table=80, n_packets=3, n_bytes=300, priority=200,dl_dst=0a:00:00:00:00:03 actions=goto_table:85',
      'table=80, n_packets=3, n_bytes=300, priority=0 actions=goto_table:85',
    ]);
    expect(await get('table=1')).toEqual([]);
    expect(await get('')).toHaveLength(1_203);
    expect(await get('groups=5')).toEqual(['group_id=5,type=select,bucket=actions=output:1']);
  });

  it('tells the flows of a Pod, and of what other parts know', async () => {
    const { get, inspection } = routed();
    expect(await get('pod=web&namespace=default')).toHaveLength(2);
    inspection.add({
      serviceFlows: (name) => (name === 'dns' ? (key) => key === flowKey(other) : undefined),
    });
    expect(await get('service=dns&namespace=kube-system')).toHaveLength(1);
    await expect(get('service=none&namespace=x')).rejects.toMatchObject({ status: 404 });
  });

  it.each([
    ['pod=web&namespace=other', 404, 'pod: Pod other/web not found on this Node'],
    ['service=dns&namespace=x', 503, 'AntreaProxy is not enabled'],
    ['groups=5,6', 404, 'groups: the switch has no group 6'],
  ])('refuses %s', async (query, status, message) => {
    await expect(routed().get(query)).rejects.toMatchObject({ status, message });
  });

  it('says why there is no dump', async () => {
    const { get, fail } = routed();
    fail(new Error('not connected'));
    const failure = await get('').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(HttpError);
    expect(failure).toMatchObject({ status: 500, message: 'OVS flow dumping failed: not connected' });
  });
});
