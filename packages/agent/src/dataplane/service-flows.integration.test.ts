import { groupKey, isGroup, type Flow, type SwitchItem } from '@antrea-ts/openflow';
import { connectOpenFlow, sameItem, switchDriver, type OpenFlowConnection } from '@antrea-ts/ovs';
import { startPrivateOvs, type PrivateOvs } from '@antrea-ts/ovs/testing';
import { createNodePipeline, FlowOwners, recoverGroups, ServiceFlows } from '@antrea-ts/pipeline';
import type { Endpoint, ServicePort } from '@antrea-ts/proxy';
import { isEmptyPlan, planDiff, planSize } from '@antrea-ts/reconcile';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nodeProfile } from '@antrea-ts/pipeline/testing';

const { signal } = new AbortController();
const settings = { controllerId: 7, meters: false };
const profile = nodeProfile({}, ['10.10.0.1', 'fd00::1']);

let ovs: PrivateOvs;
let connection: OpenFlowConnection;
beforeAll(async () => {
  ovs = await startPrivateOvs();
  await ovs.vsctl('add-br', 'br0', '--', 'set', 'Bridge', 'br0', 'fail_mode=secure', 'datapath_type=dummy');
  connection = await connectOpenFlow({ path: ovs.mgmtSocket('br0'), signal });
});
afterAll(async () => {
  await connection?.close();
  await ovs?.stop();
});

function endpoints(count: number, family: 'ipv4' | 'ipv6' = 'ipv4'): Endpoint[] {
  return Array.from({ length: count }, (_, index) => ({
    address: family === 'ipv4' ? `10.20.${index >> 8}.${index & 255}` : `fd01::1:${(index + 1).toString(16)}`,
    port: 8080,
    isLocal: index % 7 === 0,
  }));
}

const service = (name: string, address: string, more: Partial<ServicePort>): ServicePort => ({
  id: `default/${name}:/TCP/ipv4`,
  namespace: 'default',
  name,
  protocol: 'TCP',
  family: 'ipv4',
  frontends: [{ address, port: 80 }],
  endpoints: endpoints(3),
  ...more,
});

const services: readonly ServicePort[] = [
  service('plain', '10.96.0.1', {}),
  service('sticky', '10.96.0.2', { affinitySeconds: 100 }),
  service('empty', '10.96.0.3', { endpoints: [] }),
  service('large', '10.96.0.4', { endpoints: endpoints(2000) }),
  service('udp', '10.96.0.5', { protocol: 'UDP' }),
  service('sctp', '10.96.0.6', { protocol: 'SCTP', affinitySeconds: 5 }),
  service('v6', 'fd00:96::1', { family: 'ipv6', affinitySeconds: 100, endpoints: endpoints(900, 'ipv6') }),
];

function desiredItems(ports: readonly ServicePort[], recovered?: ReadonlyMap<string, number>): Map<string, SwitchItem> {
  const owners = new FlowOwners<SwitchItem>();
  owners.set('base', createNodePipeline(profile).base());
  const flows = new ServiceFlows(profile, settings, recovered);
  for (const port of ports) owners.patch(port.id, flows.set(port));
  return new Map(owners.entries());
}

async function install(desired: ReadonlyMap<string, SwitchItem>): Promise<ReadonlyMap<string, SwitchItem>> {
  const driver = switchDriver(connection);
  const outcomes = await driver.apply(planDiff(desired, await driver.observe({ signal }), sameItem), { signal });
  for (const outcome of outcomes) if (!outcome.ok) throw outcome.error;
  return driver.observe({ signal });
}

it('Open vSwitch has Services as they were given, and an agent that starts anew asks for the same', async () => {
  const desired = desiredItems(services);
  const installed = await install(desired);
  expect(isEmptyPlan(planDiff(desired, installed, sameItem))).toBe(true);

  const flows = [...installed.values()].filter((item): item is Flow => !isGroup(item));
  const anew = desiredItems(services.toReversed(), recoverGroups(flows));
  expect(planSize(planDiff(anew, installed, sameItem))).toBe(0);
});

it('reads back as the desired objects what is as desired, and as what was found what is not', async () => {
  const desired = desiredItems(services);
  await install(desired);
  await ovs.ofctl('-O', 'OpenFlow13', 'mod-group', 'br0', 'group_id=2,type=select,bucket=actions=drop');
  const installed = await switchDriver(connection).observe({ signal, expected: (key) => desired.get(key) });
  const others = [...installed].filter(([key, item]) => item !== desired.get(key));
  expect([installed.size, others.map(([key]) => key)]).toEqual([desired.size, [groupKey(2)]]);
});

it('what others do to groups is repaired, with the flows that the switch took away with them', async () => {
  const desired = desiredItems(services);
  await install(desired);
  await ovs.ofctl('-O', 'OpenFlow13', 'del-groups', 'br0', 'group_id=1');
  await ovs.ofctl('-O', 'OpenFlow13', 'mod-group', 'br0', 'group_id=2,type=select,bucket=actions=drop');
  const left = planDiff(desired, await switchDriver(connection).observe({ signal }), sameItem);
  expect([left.create.size, left.update.size]).toEqual([2, 1]);
  expect(isEmptyPlan(planDiff(desired, await install(desired), sameItem))).toBe(true);
});

it('takes Services away without a trace', async () => {
  await install(desiredItems(services));
  const base = desiredItems([]);
  expect(isEmptyPlan(planDiff(base, await install(base), sameItem))).toBe(true);
});
