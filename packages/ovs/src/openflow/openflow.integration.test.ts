import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  parseActions,
  parseFlow,
  parseGroup,
  parseMatch,
  SessionError,
  type FlowMod,
  type PacketIn,
} from '@antrea-ts/openflow';
import { isEmptyPlan } from '@antrea-ts/reconcile';
import {
  sampleDataplane,
  sampleFlows,
  startPrivateOvs,
  waitUntil,
  whyNoPrivateOvs,
  type PrivateOvs,
} from '../testing/index.js';
import { applyDataplanePlan } from './apply-dataplane.js';
import { connectOpenFlow } from './connect-openflow.js';
import { dataplaneOf, observeDataplane, planDataplane, type Dataplane, type DataplanePlan } from './dataplane.js';
import { flowDriver, groupDriver, meterDriver } from './drivers.js';
import type { OpenFlowConnection, OpenFlowEvent } from './openflow-connection.js';

const skip = whyNoPrivateOvs();
const signal = new AbortController().signal;
const nothing = dataplaneOf({});

describe.skipIf(skip !== undefined)(`OpenFlow with Open vSwitch${skip === undefined ? '' : `: ${skip}`}`, () => {
  let ovs: PrivateOvs;
  let connection: OpenFlowConnection;
  const events: OpenFlowEvent[] = [];

  beforeAll(async () => {
    ovs = await startPrivateOvs();
    await addBridge(ovs, 'br-int');
    for (const port of ['1', '2']) {
      await ovs.vsctl('add-port', 'br-int', `p${port}`, '--', 'set', 'Interface', `p${port}`, `ofport_request=${port}`);
    }
    connection = await connectOpenFlow({ path: ovs.mgmtSocket('br-int'), controllerId: 12345 });
    connection.subscribe((event) => events.push(event));
  });

  afterAll(async () => {
    await connection.close();
    await ovs.stop();
  });

  /** Brings the bridge to `desired` from whatever is there. */
  const program = async (desired: Dataplane): Promise<DataplanePlan> => {
    const plan = planDataplane(desired, await observeDataplane(connection));
    const { flows, groups, meters } = await applyDataplanePlan(connection, plan, { signal });
    expect([...flows, ...groups, ...meters].filter(({ ok }) => !ok)).toEqual([]);
    return plan;
  };

  test('what was installed reads back as what was desired, so that a restart changes nothing', async () => {
    const desired = sampleDataplane();
    await program(desired);
    await expectInstalled(connection, desired);

    const restarted = await connectOpenFlow({ path: ovs.mgmtSocket('br-int'), controllerId: 7 });
    try {
      await expectInstalled(restarted, desired);
    } finally {
      await restarted.close();
    }
    await program(nothing);
    expect((await connection.dumpFlows()).length + (await connection.dumpGroups()).length).toBe(0);
    expect(await connection.dumpMeters()).toEqual([]);
  });

  test('a plan holds just what somebody else changed, and repairs it', async () => {
    const desired = sampleDataplane();
    await program(desired);
    const bridge = `unix:${ovs.mgmtSocket('br-int')}`;
    await ovs.ofctl('-O', 'OpenFlow13', 'add-flow', bridge, 'table=99,priority=1,actions=drop');
    await ovs.ofctl('-O', 'OpenFlow13', '--strict', 'del-flows', bridge, 'table=90,priority=210,pkt_mark=0x1/0x1');
    await ovs.ofctl('-O', 'OpenFlow13', 'mod-flows', bridge, 'table=106,actions=drop');
    const plan = await program(desired);
    expect([plan.flows.create.size, plan.flows.update.size, plan.flows.remove.size]).toEqual([1, 1, 1]);
    await expectInstalled(connection, desired);
    await program(nothing);
  });

  test('changed instructions keep the counters, a changed cookie is installed', async () => {
    const driver = flowDriver(connection);
    const before = dataplaneOf({ flows: [parseFlow('cookie=0x1, table=5, priority=7,ip actions=drop')] }).flows;
    await applyDataplanePlan(connection, planDataplane({ ...nothing, flows: before }, nothing));
    for (const text of [
      'cookie=0x1, table=5, priority=7,ip actions=goto_table:6',
      'cookie=0x2, table=5, priority=7,ip actions=drop',
    ]) {
      const desired = { ...nothing, flows: dataplaneOf({ flows: [parseFlow(text)] }).flows };
      const plan = planDataplane(desired, { ...nothing, flows: await driver.observe({ signal }) });
      expect(plan.flows.update.size).toBe(1);
      expect(await driver.apply(plan.flows, { signal })).toEqual([{ key: [...desired.flows.keys()][0], ok: true }]);
      expect(isEmptyPlan(planDataplane(desired, { ...nothing, flows: await driver.observe({ signal }) }).flows)).toBe(
        true,
      );
    }
    await program(nothing);
  });

  test('one refused flow: nothing is applied, and the error names it', async () => {
    const bad = parseFlow('table=9, priority=3,ip actions=goto_table:2');
    const good = parseFlow('table=8, priority=3,ip actions=drop');
    const bundle = [good, bad].map((flow): FlowMod => ({ type: 'flow_mod', command: 'add', ...flow }));
    const error = await connection
      .applyBundle(bundle, { operation: 'install the flows of Pod default/web' })
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'refused', refusals: [{ index: 1, reason: 'OFPBIC_BAD_TABLE_ID' }] });
    expect(String(error)).toContain('install the flows of Pod default/web');
    expect(String(error)).toContain('table=9, priority=3,ip actions=goto_table:2');
    expect(await connection.dumpFlows()).toEqual([]);

    const { flows } = await applyDataplanePlan(connection, planDataplane(dataplaneOf({ flows: [good, bad] }), nothing));
    expect(flows.map(({ ok }) => ok)).toEqual([false, false]);
    expect(flows[1]).toMatchObject({ error: { message: expect.stringMatching(/^add flow "table=9.*BAD_TABLE_ID$/) } });
    expect(await connection.dumpFlows()).toEqual([]);
  });

  test('a flow that only the commit refuses is named too, and its groups are not left behind', async () => {
    const desired = dataplaneOf({
      groups: [parseGroup('group_id=8,type=select,bucket=actions=drop')],
      flows: [
        parseFlow('table=3, priority=3,ip actions=group:8'),
        parseFlow('table=3, priority=4,ip actions=group:77'),
      ],
    });
    const { flows, groups } = await applyDataplanePlan(connection, planDataplane(desired, nothing));
    expect([...flows, ...groups].map(({ ok }) => ok)).toEqual([false, false, false]);
    expect(flows[1]).toMatchObject({ error: { message: expect.stringContaining('group:77') } });
    expect(await connection.dumpFlows()).toEqual([]);
    expect(await connection.dumpGroups()).toEqual([]);
  });

  test('a group and a meter change, and go with the flows that use them', async () => {
    const first = sampleDataplane();
    await program(first);
    const group = parseGroup('group_id=5,type=select,bucket=weight:50,actions=load:0x1->NXM_NX_REG3[],resubmit(,41)');
    const changed: Dataplane = { ...first, groups: new Map([[5, group]]) };
    const plan = await program(changed);
    expect([plan.groups.update.size, plan.groups.remove.size, plan.flows.update.size]).toEqual([1, 1, 0]);
    await expectInstalled(connection, changed);
    await program(nothing);
    expect((await groupDriver(connection).observe({ signal })).size).toBe(0);
    expect((await meterDriver(connection).observe({ signal })).size).toBe(0);
  });

  test('what the switch learned is not ours to remove', async () => {
    const learner =
      'cookie=0x7, table=1, priority=5,ip actions=learn(table=2,hard_timeout=60,priority=9,cookie=0x7,eth_type=0x800,NXM_OF_IP_SRC[]),output:2';
    const desired = dataplaneOf({ flows: [parseFlow('table=0, priority=1 actions=goto_table:1'), parseFlow(learner)] });
    await program(desired);
    await receive(ovs, 'p1');
    await waitUntil('the flow is learned', async () => (await connection.dumpFlows({ table: 2 })).length === 1);
    expect(isEmptyPlan(planDataplane(desired, await observeDataplane(connection)).flows)).toBe(true);
    await connection.applyBundle([
      { type: 'flow_mod', command: 'delete', table: 2, priority: 0, cookie: 0n, match: [], instructions: [] },
    ]);
    await program(nothing);
  });

  test('a packet comes to the controller, with its reason and registers', async () => {
    const packets = await packetIns(connection, events, async () => {
      await program(
        dataplaneOf({
          flows: [
            parseFlow(
              'table=0, priority=9,ip,in_port=1 actions=load:0x42->NXM_NX_REG0[],controller(reason=no_match,max_len=128,id=12345)',
            ),
          ],
        }),
      );
      await receive(ovs, 'p1');
    });
    expect(packets[0]).toMatchObject({ reason: 'no_match', table: 0 });
    expect(packets[0]?.metadata).toEqual(expect.arrayContaining([...parseMatch('in_port=1,reg0=0x42')]));
    await program(nothing);
  });

  test('a packet that is sent to the table comes back from it', async () => {
    const sent = new Uint8Array(80).fill(7);
    sent.set([8, 0], 12);
    const packets = await packetIns(connection, events, async () => {
      await program(
        dataplaneOf({ flows: [parseFlow('table=0, priority=9,in_port=2 actions=controller(max_len=128,id=12345)')] }),
      );
      connection.packetOut({ inPort: 2, actions: parseActions('TABLE'), data: sent });
      await connection.barrier();
    });
    expect(packets[0]?.reason).toBe('action');
    expect(packets[0]?.data).toEqual(sent);
    await program(nothing);
  });

  test('ports and table counters are listed, a new port is reported', async () => {
    const names = (await connection.portDescs()).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['br-int', 'p1', 'p2']));
    await program(dataplaneOf({ flows: sampleFlows(3) }));
    expect((await connection.tableStats()).find(({ table }) => table === 70)).toMatchObject({ activeFlows: 3 });
    await ovs.vsctl('add-port', 'br-int', 'p3');
    await waitUntil('the port is reported', () =>
      events.some((event) => event.kind === 'port_status' && event.status.port.name === 'p3'),
    );
    await program(nothing);
  });

  test('dumps are filtered by table and cookie', async () => {
    await program(
      dataplaneOf({
        flows: [
          ...sampleFlows(4, { cookie: 0x1_0200_0000_0000n }),
          ...sampleFlows(2, { table: 71, cookie: 0x1_0300_0000_0000n }),
        ],
      }),
    );
    expect(await connection.dumpFlows({ table: 71 })).toHaveLength(2);
    const mask = { cookie: 0x0200_0000_0000n, cookieMask: 0xff00_0000_0000n };
    expect(await connection.dumpFlows(mask)).toHaveLength(4);
    await program(nothing);
  });

  test('bundles under way at once are committed in the order of the calls', async () => {
    const bundles = Array.from({ length: 20 }, (_, index): FlowMod[] => [
      { type: 'flow_mod', command: 'add', ...parseFlow(`cookie=${index}, table=5, priority=7,ip actions=drop`) },
      ...sampleFlows(200).map((flow): FlowMod => ({ type: 'flow_mod', command: 'add', ...flow })),
    ]);
    await Promise.all(bundles.map((messages) => connection.applyBundle(messages)));
    expect((await connection.dumpFlows({ table: 5 }))[0]?.cookie).toBe(19n);
    await program(nothing);
  });

  test('an aborted bundle leaves nothing behind', async () => {
    const controller = new AbortController();
    const messages = sampleFlows(50_000).map((flow): FlowMod => ({ type: 'flow_mod', command: 'add', ...flow }));
    const applied = connection.applyBundle(messages, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(applied).rejects.toThrow('enough');
    await connection.barrier();
    expect(await connection.dumpFlows()).toEqual([]);
  });

  test('a hundred thousand flows in one bundle', { timeout: 30_000 }, async () => {
    const count = 100_000;
    const messages = sampleFlows(count).map((flow): FlowMod => ({ type: 'flow_mod', command: 'add', ...flow }));
    const start = performance.now();
    await connection.applyBundle(messages);
    const applied = performance.now();
    const flows = await connection.dumpFlows();
    const dumped = performance.now();
    const desired = dataplaneOf({ flows: sampleFlows(count) });
    const plan = planDataplane(desired, dataplaneOf({ flows }));
    const planned = performance.now();
    console.log(
      `${count} flows: bundle ${(applied - start).toFixed(0)} ms (${Math.round((count / (applied - start)) * 1_000)}/s), ` +
        `dump ${(dumped - applied).toFixed(0)} ms, plan ${(planned - dumped).toFixed(0)} ms`,
    );
    expect(isEmptyPlan(plan.flows)).toBe(true);
    await program(nothing);
  });

  test(
    'a restart of vswitchd: what is pending fails, the connection comes back, flows are known to be gone',
    { timeout: 30_000 },
    async () => {
      await program(dataplaneOf({ flows: sampleFlows(10) }));
      const from = events.length;
      const messages = sampleFlows(50_000).map((flow): FlowMod => ({ type: 'flow_mod', command: 'add', ...flow }));
      const pending = connection.applyBundle(messages).catch((error: unknown) => error);
      await ovs.stopVswitchd('SIGKILL');
      expect(await pending).toBeInstanceOf(SessionError);
      expect(await pending).toMatchObject({ code: 'disconnected' });
      await waitUntil('the loss is reported', () => events.slice(from).some(({ kind }) => kind === 'disconnected'));
      await expect(connection.barrier()).rejects.toMatchObject({ code: 'disconnected' });
      expect(connection.connected).toBe(false);
      await ovs.startVswitchd();
      await waitUntil('the connection is back', () => events.slice(from).some(({ kind }) => kind === 'connected'));
      expect(connection.connected).toBe(true);
      expect(await connection.dumpFlows()).toEqual([]);
    },
  );
});

describe.skipIf(skip !== undefined)('connecting', () => {
  test('no bridge: the error names the socket and the remedy', async () => {
    const connecting = connectOpenFlow({ path: '/nonexistent/br-int.mgmt', connectTimeoutMs: 300 });
    await expect(connecting).rejects.toMatchObject({ code: 'not running' });
    await expect(connecting).rejects.toThrow(/\/nonexistent\/br-int\.mgmt.*ovs-vsctl/);
  });

  test('a bridge without OpenFlow 1.3: said at once', async () => {
    const ovs = await startPrivateOvs();
    try {
      await ovs.vsctl('add-br', 'br-old', '--', 'set', 'Bridge', 'br-old', 'protocols=OpenFlow10');
      const connecting = connectOpenFlow({ path: ovs.mgmtSocket('br-old') });
      await expect(connecting).rejects.toThrow(/OpenFlow 1\.0.*protocols=/);
    } finally {
      await ovs.stop();
    }
  });

  test('an abort ends the attempts', async () => {
    const controller = new AbortController();
    const connecting = connectOpenFlow({ path: '/nonexistent/br-int.mgmt', signal: controller.signal });
    controller.abort(new Error('stopping'));
    await expect(connecting).rejects.toThrow('stopping');
  });
});

async function addBridge(ovs: PrivateOvs, name: string): Promise<void> {
  await ovs.vsctl('add-br', name, '--', 'set', 'Bridge', name, 'protocols=OpenFlow10,OpenFlow13', 'fail_mode=secure');
}

async function expectInstalled(connection: OpenFlowConnection, desired: Dataplane): Promise<void> {
  const plan = planDataplane(desired, await observeDataplane(connection));
  expect(plan).toEqual(planDataplane(nothing, nothing));
}

async function receive(ovs: PrivateOvs, port: string): Promise<void> {
  const packet =
    'in_port(1),eth(src=00:00:00:00:00:01,dst=00:00:00:00:00:02),eth_type(0x0800),' +
    'ipv4(src=10.1.1.1,dst=10.2.2.2,proto=17,tos=0,ttl=64,frag=no),udp(src=1,dst=2)';
  await ovs.appctl('netdev-dummy/receive', port, packet);
}

/** The packet-ins that arrive while and after `act`, at least one. */
async function packetIns(
  connection: OpenFlowConnection,
  events: readonly OpenFlowEvent[],
  act: () => Promise<void>,
): Promise<PacketIn[]> {
  const from = events.length;
  const found = (): PacketIn[] =>
    events.slice(from).flatMap((event) => (event.kind === 'packet_in' ? [event.packet] : []));
  await act();
  await waitUntil('a packet-in arrives', () => found().length > 0);
  expect(connection.dropped.packetIns).toBe(0);
  return found();
}
