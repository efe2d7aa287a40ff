import {
  formatFlow,
  formatGroup,
  isGroup,
  parseFlow,
  type Flow,
  type Group,
  type SwitchItem,
} from '@antrea-ts/openflow';
import { parseIp, parseMac } from '@antrea-ts/net-types';
import type { Endpoint, ServicePort } from '@antrea-ts/proxy';
import { describe, expect, it } from 'vitest';
import { FlowEvaluator } from '../../evaluator/index.js';
import type { FlowChanges } from '../../flow-owners.js';
import { createNodePipeline } from '../../node-flows.js';
import type { LocalPod } from '../pods.js';
import { recoverGroups } from './recover-groups.js';
import { ServiceFlows } from './service-flows.js';
import { nodeProfile } from '../../testing/index.js';

const profile = nodeProfile({}, ['10.10.0.1', 'fd00::1']);
const settings = { controllerId: 12345, meters: true };

const local: Endpoint = { address: '10.10.0.5', port: 80, isLocal: true };
const remote: Endpoint = { address: '10.10.1.7', port: 8080, isLocal: false };

function web(endpoints: readonly Endpoint[], more: Partial<ServicePort> = {}): ServicePort {
  return {
    id: 'default/web:/TCP/ipv4',
    namespace: 'default',
    name: 'web',
    protocol: 'TCP',
    family: 'ipv4',
    frontends: [{ address: '10.96.0.1', port: 443 }],
    endpoints,
    ...more,
  };
}

/** A switch that follows changes. */
class Switch {
  readonly items = new Map<string, SwitchItem>();

  apply({ set, removed }: FlowChanges<SwitchItem>): { readonly set: number; readonly removed: number } {
    for (const key of removed) expect(this.items.delete(key)).toBe(true);
    let count = 0;
    for (const [key, item] of set) {
      if (JSON.stringify(this.items.get(key), text) !== JSON.stringify(item, text)) count += 1;
      this.items.set(key, item);
    }
    return { set: count, removed: removed.size };
  }

  get flows(): Flow[] {
    return [...this.items.values()].filter((item): item is Flow => !isGroup(item));
  }

  get groups(): Group[] {
    return [...this.items.values()].filter(isGroup);
  }

  lines(): string[] {
    return [...this.flows.map((flow) => formatFlow(flow)), ...this.groups.map((group) => formatGroup(group))];
  }
}

const text = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}n` : value);

function flowsOf(...ports: ServicePort[]): { flows: ServiceFlows; on: Switch } {
  const flows = new ServiceFlows(profile, settings);
  const on = new Switch();
  for (const port of ports) on.apply(flows.set(port));
  return { flows, on };
}

const many = (count: number): Endpoint[] =>
  Array.from({ length: count }, (_, index) => ({
    address: `10.20.${index >> 8}.${index & 255}`,
    port: 80,
    isLocal: false,
  }));

describe('flows of a Service port', () => {
  it('are those of Antrea 1.3', () => {
    const { on } = flowsOf(web([local, remote]));
    expect(on.lines()).toEqual(
      [
        ' cookie=0x1040000000000, table=41, priority=200,tcp,reg4=0x10000/0x70000,nw_dst=10.96.0.1,tp_dst=443 actions=load:0x2->NXM_NX_REG4[16..18],load:0x1->NXM_NX_REG0[19],group:1',
        ' cookie=0x1040000000000, table=42, priority=200,tcp,reg3=0xa0a0005,reg4=0x20050/0x7ffff actions=ct(commit,table=45,zone=65520,nat(dst=10.10.0.5:80),exec(load:0x21->NXM_NX_CT_MARK[]))',
        ' cookie=0x1040000000000, table=106, priority=200,ip,nw_src=10.10.0.5,nw_dst=10.10.0.5 actions=set_field:169.254.169.252->ip_src,load:0x1->NXM_NX_REG0[18],goto_table:110',
        ' cookie=0x1040000000000, table=42, priority=200,tcp,reg3=0xa0a0107,reg4=0x21f90/0x7ffff actions=ct(commit,table=45,zone=65520,nat(dst=10.10.1.7:8080),exec(load:0x21->NXM_NX_CT_MARK[]))',
        ' group_id=1,type=select,bucket=weight:100,actions=load:0xa0a0005->NXM_NX_REG3[],load:0x50->NXM_NX_REG4[0..15],resubmit(,42),bucket=weight:100,actions=load:0xa0a0107->NXM_NX_REG3[],load:0x1f90->NXM_NX_REG4[0..15],resubmit(,42)',
      ].map((line) => line.trimStart()),
    );
  });

  it('learn with affinity', () => {
    const { on } = flowsOf(web([local], { affinitySeconds: 10_800 }));
    expect(on.lines()).toEqual(
      expect.arrayContaining([
        'cookie=0x1040000000000, table=41, priority=200,tcp,reg4=0x10000/0x70000,nw_dst=10.96.0.1,tp_dst=443 actions=load:0x3->NXM_NX_REG4[16..18],load:0x1->NXM_NX_REG0[19],group:1',
        'cookie=0x1040000000001, table=41, priority=190,tcp,reg4=0x30000/0x70000,nw_dst=10.96.0.1,tp_dst=443 actions=learn(table=40,hard_timeout=10800,priority=200,delete_learned,cookie=0x1040000000001,eth_type=0x800,nw_proto=6,NXM_OF_TCP_DST[],NXM_OF_IP_DST[],NXM_OF_IP_SRC[],load:NXM_NX_REG3[]->NXM_NX_REG3[],load:NXM_NX_REG4[0..15]->NXM_NX_REG4[0..15],load:0x2->NXM_NX_REG4[16..18],load:0x1->NXM_NX_REG0[19]),load:0x2->NXM_NX_REG4[16..18],goto_table:42',
        'group_id=1,type=select,bucket=weight:100,actions=load:0xa0a0005->NXM_NX_REG3[],load:0x50->NXM_NX_REG4[0..15],resubmit(,41)',
      ]),
    );
  });

  it('are those of Antrea 1.3 with IPv6, whose groups count from 0x10000001', () => {
    const { on } = flowsOf(
      web([{ address: 'fd00::5', port: 80, isLocal: false }], {
        family: 'ipv6',
        frontends: [{ address: 'fd00:96::1', port: 443 }],
      }),
    );
    expect(on.lines()).toEqual([
      'cookie=0x1040000000000, table=41, priority=200,tcp6,reg4=0x10000/0x70000,ipv6_dst=fd00:96::1,tp_dst=443 actions=load:0x2->NXM_NX_REG4[16..18],load:0x1->NXM_NX_REG0[19],group:268435457',
      'cookie=0x1040000000000, table=42, priority=200,tcp6,reg4=0x20050/0x7ffff,reg12=0xfd000000,reg13=0,reg14=0,reg15=0x5 actions=ct(commit,table=45,zone=65510,nat(dst=[fd00::5]:80),exec(load:0x21->NXM_NX_CT_MARK[]))',
      'group_id=268435457,type=select,bucket=weight:100,actions=set_field:0xfd000000000000000000000000000005->xxreg3,load:0x50->NXM_NX_REG4[0..15],resubmit(,42)',
    ]);
  });

  it('send to the agent what nobody serves', () => {
    const { on } = flowsOf(web([]));
    expect(on.lines()).toEqual([
      'cookie=0x1040000000000, table=41, priority=200,tcp,reg4=0x10000/0x70000,nw_dst=10.96.0.1,tp_dst=443 actions=meter:1,load:0x2->NXM_NX_REG0[24..27],controller(reason=no_match,max_len=128,id=12345)',
    ]);
  });
});

describe('changes', () => {
  it('of one Endpoint are its flow and its group', () => {
    const { flows, on } = flowsOf(web(many(300)));
    expect(on.apply(flows.set(web(many(299))))).toEqual({ set: 1, removed: 1 });
    expect(on.apply(flows.set(web(many(300))))).toEqual({ set: 2, removed: 0 });
  });

  it.each([
    ['Endpoints', web([local, remote]), web([remote])],
    ['the last Endpoint', web([local]), web([])],
    ['the first Endpoint', web([]), web([local])],
    ['affinity', web([local], { affinitySeconds: 5 }), web([local])],
    ['frontends', web([local]), web([local], { frontends: [{ address: '203.0.113.1', port: 443 }] })],
    ['the Node of an Endpoint', web([local]), web([{ ...local, isLocal: false }])],
    ['as many Endpoints that parts are needed', web(many(5)), web(many(2000))],
    ['as many Endpoints that none are', web(many(2000)), web(many(5))],
    ['the number of parts', web(many(3000)), web(many(1000))],
  ])('of %s give what stating it anew gives', (_, before, after) => {
    const { flows, on } = flowsOf(before);
    on.apply(flows.set(after));
    const anew = flowsOf(after).on;
    expect(on.items).toEqual(anew.items);
    on.apply(flows.remove(after.id));
    expect(on.items.size).toBe(0);
  });

  it('keep every Endpoint when they are more than a message can carry', () => {
    const { on } = flowsOf(web(many(2000)));
    const top = on.groups.find(({ group }) => group === 1);
    expect(top?.buckets.map(({ weight, actions }) => [weight, actions])).toEqual(
      [0, 1, 2, 3].map((part) => [500, [{ kind: 'group', group: 0x8000_0040 + part }]]),
    );
    const parts = on.groups.filter(({ group }) => group !== 1);
    const chosen = new Set(
      parts.flatMap(({ buckets }) => buckets.map(({ actions }) => JSON.stringify(actions[0], text))),
    );
    expect(chosen.size).toBe(2000);
  });
});

describe('buckets', () => {
  const weightsOf = (count: number, more: Partial<ServicePort> = {}): (number | undefined)[] =>
    flowsOf(web(many(count), more)).on.groups[0]?.buckets.map(({ weight }) => weight) ?? [];

  it.each([1, 2, 4, 16, 64, 65, 800])('are the same for each of %i Endpoints', (count) => {
    expect(weightsOf(count)).toEqual(Array.from({ length: count }, () => 100));
  });

  it('have Open vSwitch deal 64 slots where 16 would be far from even', () => {
    expect(weightsOf(3)).toEqual([95, 100, 100, 5]);
    expect(weightsOf(10)).toEqual([84, ...Array.from({ length: 9 }, () => 100), 16]);
  });

  it('have it hash connections where 64 slots would be', () => {
    expect(weightsOf(40)).toEqual([9_999, ...Array.from({ length: 39 }, () => 10_000), 1]);
  });

  it('know UDP by the port of the client', () => {
    const { on } = flowsOf(web([local], { protocol: 'UDP' }));
    const found = on.lines().filter((line) => /table=41|group_id/.test(line));
    expect(found.map((line) => line.replace(/.*actions=load/, 'load'))).toEqual([
      'load:0x2->NXM_NX_REG4[16..18],load:0x1->NXM_NX_REG0[19],move:NXM_OF_IP_SRC[0..7]->NXM_NX_REG7[0..7],move:NXM_OF_UDP_SRC[0..7]->NXM_OF_IP_SRC[0..7],group:1',
      'load:0xa0a0005->NXM_NX_REG3[],load:0x50->NXM_NX_REG4[0..15],move:NXM_NX_REG7[0..7]->NXM_OF_IP_SRC[0..7],resubmit(,42)',
    ]);
  });
});

describe('group ids', () => {
  const other = web([remote], { id: 'default/other:/TCP/ipv4', frontends: [{ address: '10.96.0.9', port: 443 }] });

  it('are found again by what leads to them', () => {
    const { on } = flowsOf(other, web([local]));
    const after = new ServiceFlows(
      profile,
      settings,
      recoverGroups(on.flows.map((flow) => parseFlow(formatFlow(flow)))),
    );
    const again = new Switch();
    again.apply(after.set(web([local])));
    again.apply(after.set(other));
    expect(again.items).toEqual(on.items);
  });

  it('that nobody claims are not given to others before all are told', () => {
    const { on } = flowsOf(web([local]));
    const after = new ServiceFlows(profile, settings, recoverGroups(on.flows));
    after.set(other);
    expect(after.groupOf(other.id)).toBe(2);
    after.set(web([local]));
    expect(after.groupOf('default/web:/TCP/ipv4')).toBe(1);
  });

  it('rest when they are free', () => {
    const { flows } = flowsOf(web([local]));
    flows.remove('default/web:/TCP/ipv4');
    flows.set(other);
    expect(flows.groupOf(other.id)).toBe(2);
  });
});

describe('connections to a Service', () => {
  const pipeline = createNodePipeline(profile);
  const pod = (address: string, ofPort: number): LocalPod => ({
    ofPort,
    mac: parseMac(`0e:00:00:00:00:0${ofPort}`),
    addresses: [parseIp(address)],
  });
  const client = pod('10.10.0.6', 6);
  const server = pod('10.10.0.5', 5);
  const second: Endpoint = { address: '10.10.0.7', port: 80, isLocal: true };
  const others = [pod('10.10.0.7', 7)];
  const base = [...pipeline.base(), ...[client, server, ...others].flatMap((each) => pipeline.pod(each))];

  function evaluatorOf(port: ServicePort, bucket = 0) {
    const state = { bucket };
    const { flows, on } = flowsOf(port);
    const evaluator = new FlowEvaluator([...base, ...on.flows], {
      groups: on.groups,
      chooseBucket: () => state.bucket,
    });
    const change = (next: ServicePort): void => {
      on.apply(flows.set(next));
      evaluator.setFlows([...base, ...on.flows], on.groups);
    };
    let sourcePort = 1000;
    const connect = (from = client) =>
      evaluator.evaluate({
        inPort: from.ofPort,
        source: from.addresses[0] as LocalPod['addresses'][number],
        destination: parseIp('10.96.0.1'),
        protocol: 6,
        sourcePort: sourcePort++,
        destinationPort: 443,
        sourceMac: from.mac,
        destinationMac: profile.gateway.mac,
      });
    return { connect, change, state };
  }

  it('go to the Endpoint that was chosen', () => {
    const { connect, state } = evaluatorOf(web([local, second]));
    expect(connect().outputs).toEqual([5]);
    state.bucket = 1;
    expect(connect().outputs).toEqual([7]);
  });

  it('of a Pod to itself come back to it', () => {
    expect(evaluatorOf(web([local])).connect(server).outputs).toEqual([5]);
  });

  it('without Endpoint go to the agent, and nowhere else', () => {
    const { outputs, toController } = evaluatorOf(web([])).connect();
    expect([outputs, toController.map(({ table }) => table)]).toEqual([[], [41]]);
  });

  it('of a client stay with its Endpoint while that is there', () => {
    const affinity = { affinitySeconds: 100 };
    const { connect, change, state } = evaluatorOf(web([local, second], affinity));
    expect(connect().outputs).toEqual([5]);
    state.bucket = 1;
    expect(connect().outputs).toEqual([5]);
    expect(connect(server).outputs).toEqual([7]);
    change(web([second], affinity));
    state.bucket = 0;
    expect(connect().outputs).toEqual([7]);
  });

  describe('from the gateway, of the Node itself or from outside', () => {
    const all = { ...profile, proxyAll: true };
    const beyond: Endpoint = { address: '192.168.77.1', port: 6443, isLocal: false };
    const fromHost = (port: ServicePort) => {
      const { on } = flowsOf(port);
      const node = createNodePipeline(all);
      const evaluator = new FlowEvaluator([...node.base(), ...node.pod(server), ...on.flows], { groups: on.groups });
      return evaluator.evaluate({
        inPort: 2,
        source: parseIp('10.10.0.1'),
        destination: parseIp('10.96.0.1'),
        protocol: 6,
        sourcePort: 1000,
        destinationPort: 443,
        sourceMac: profile.gateway.mac,
        destinationMac: parseMac('aa:bb:cc:dd:ee:ff'),
      });
    };

    it('reach a Pod, as connections of the Service', () => {
      const { outputs, path } = fromHost(web([local]));
      expect(outputs).toEqual([5]);
      // To commit it as the gateway's would take the Service's mark away.
      const commit = path.find(({ table }) => table === 105)?.found?.flow;
      expect(commit?.instructions.map(({ kind }) => kind)).toEqual(['goto_table']);
    });

    it('go back through the gateway to what is beyond it', () => {
      expect(fromHost(web([beyond])).outputs).toEqual([2]);
    });

    it('stay on the Node where only that Endpoint counts', () => {
      const { flows, on } = flowsOf(web([remote]));
      on.apply(flows.set(web([local], { id: 'default/web:/TCP/ipv4/outside', fromOutside: true })));
      expect(recoverGroups(on.flows)).toEqual(
        new Map([
          ['6 10.96.0.1 443', 1],
          ['6 10.96.0.1 443 outside', 2],
        ]),
      );
    });
  });
});
