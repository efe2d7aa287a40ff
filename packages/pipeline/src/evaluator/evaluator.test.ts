import { parseFlow, parseGroup } from '@antrea-ts/openflow';
import { parseIp } from '@antrea-ts/net-types';
import { describe, expect, it } from 'vitest';
import { Classifier, FlowEvaluator, PacketState, stateOf, type EvaluatedPacket } from './index.js';

const packet: EvaluatedPacket = {
  inPort: 5,
  source: parseIp('10.0.0.1'),
  destination: parseIp('10.0.0.2'),
  protocol: 6,
  sourcePort: 1000,
  destinationPort: 80,
};
const flows = (...lines: string[]) => lines.map((line) => parseFlow(line));
const evaluate = (...lines: string[]) => new FlowEvaluator(flows(...lines)).evaluate(packet);

/** As `ofproto/trace` of Open vSwitch 3.1 answers for each. */
describe('conjunctions', () => {
  const clause = (priority: number, match: string, what: string) =>
    `table=0,priority=${priority},${match} actions=conjunction(${what})`;
  const met = [clause(10, 'ip,nw_src=10.0.0.1', '7,1/2'), clause(10, 'tcp,tp_dst=80', '7,2/2')];
  const action = 'table=0,priority=10,conj_id=7,ip actions=output:1';

  it.each([
    ['lead to the flow of their id', [...met, action], [1]],
    ['may lead to another priority', [...met, 'table=0,priority=3,conj_id=7 actions=output:1'], [1]],
    ['need every clause', [met[0] as string, action], []],
    ['need clauses of one priority', [met[0] as string, clause(9, 'tcp,tp_dst=80', '7,2/2'), action], []],
    [
      'come after a whole match of the same priority',
      [...met, action, 'table=0,priority=10,in_port=5 actions=output:2'],
      [2],
    ],
    ['come before a whole match below', [...met, action, 'table=0,priority=9,in_port=5 actions=output:2'], [1]],
    [
      'that fail leave those below',
      [
        met[0] as string,
        clause(5, 'in_port=5', '8,1/2'),
        clause(5, 'ip', '8,2/2'),
        'table=0,priority=1,conj_id=8 actions=output:3',
      ],
      [3],
    ],
    ['without a flow for their id lead to what matches without', [...met, 'table=0,priority=0 actions=output:4'], [4]],
  ])('%s', (_, lines, expected) => {
    expect(evaluate(...lines).outputs).toEqual(expected);
  });

  it('are told with their clauses', () => {
    const found = new Classifier(flows(...met, action)).find(0, stateOf(packet));
    expect(found?.conjunction).toMatchObject({ id: 7, otherIds: [] });
    expect(found?.conjunction?.clauses).toHaveLength(2);
  });
});

it('follows registers, jumps and resubmissions', () => {
  const { outputs, path } = evaluate(
    'table=0,priority=1 actions=load:0x9->NXM_NX_REG1[4..7],resubmit(,3),goto_table:4',
    'table=3,priority=1 actions=load:0x1->NXM_NX_REG1[0..3]',
    'table=4,priority=1,reg1=0x91 actions=output:NXM_NX_REG1[]',
  );
  expect(outputs).toEqual([0x91]);
  expect(path.map(({ table }) => table)).toEqual([0, 3, 4]);
});

it('remembers connections, with marks, labels and translation', () => {
  const evaluator = new FlowEvaluator(
    flows(
      'table=0,priority=1,ip actions=ct(table=1,zone=5,nat)',
      'table=1,priority=2,ct_state=+new+trk,ip actions=ct(commit,table=2,zone=5,nat(dst=10.0.0.9:8080),exec(load:0x21->NXM_NX_CT_MARK[],load:0x7->NXM_NX_CT_LABEL[32..63]))',
      'table=1,priority=1,ct_state=-new+est+trk,ct_mark=0x21,ct_label=0x700000000/0xffffffff00000000 actions=goto_table:3',
      'table=2,priority=1,ct_state=+new+trk,ct_mark=0x21,tcp,nw_dst=10.0.0.9,tp_dst=8080 actions=output:1',
      'table=3,priority=2,ct_state=+rpl,tcp,nw_src=10.0.0.2,tp_src=80 actions=output:2',
      'table=3,priority=1,ct_state=-rpl,tcp,nw_dst=10.0.0.9,tp_dst=8080 actions=output:3',
    ),
  );
  const answer = {
    ...packet,
    source: parseIp('10.0.0.9'),
    destination: packet.source,
    sourcePort: 8080,
    destinationPort: 1000,
  };
  expect(evaluator.evaluate(packet).outputs).toEqual([1]);
  expect(evaluator.evaluate(answer).outputs).toEqual([2]);
  expect(evaluator.evaluate(packet).outputs).toEqual([3]);
  evaluator.forgetConnections();
  expect(evaluator.evaluate(packet).outputs).toEqual([1]);
});

it('takes a bucket of a group', () => {
  const lines = flows(
    'table=0,priority=1 actions=load:0x1->NXM_NX_REG0[],group:5',
    'table=1,priority=1,reg0=1 actions=output:NXM_NX_REG1[]',
  );
  const groups = [
    parseGroup(
      'group_id=5,type=select,bucket=actions=load:0x7->NXM_NX_REG1[],resubmit(,1),bucket=actions=load:0x8->NXM_NX_REG1[],resubmit(,1)',
    ),
  ];
  expect(new FlowEvaluator(lines, { groups }).evaluate(packet).outputs).toEqual([7]);
  expect(new FlowEvaluator(lines, { groups, chooseBucket: () => 1 }).evaluate(packet).outputs).toEqual([8]);
  expect(new FlowEvaluator(lines).evaluate(packet)).toMatchObject({ outputs: [], group: 5 });
});

it('tells which flow dropped', () => {
  const { droppedBy, outputs } = evaluate(
    'table=0,priority=1,ip actions=goto_table:1',
    'table=1,priority=0 actions=drop',
  );
  expect([droppedBy?.table, outputs]).toEqual([1, []]);
  expect(evaluate('table=0,priority=1,ipv6 actions=drop').droppedBy).toBeUndefined();
});

it('ends a packet that walks in circles', () => {
  expect(() => evaluate('table=0,priority=1 actions=resubmit(,0)')).toThrow('circles');
});

it('keeps wide registers in their parts', () => {
  const state = new PacketState();
  state.set('xxreg3', 0xfd000000_00000000_00000000_00000005n);
  expect([state.get('reg12'), state.get('reg15'), state.get('xxreg3') & 0xffn]).toEqual([0xfd000000n, 5n, 5n]);
});
