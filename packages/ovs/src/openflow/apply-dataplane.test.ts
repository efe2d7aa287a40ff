import {
  describeMessage,
  parseFlow,
  parseGroup,
  parseMeter,
  SessionError,
  type BatchMessages,
  type Refusal,
} from '@antrea-ts/openflow';
import { expect, test } from 'vitest';
import { applyDataplanePlan } from './apply-dataplane.js';
import { dataplaneOf, planDataplane, type Dataplane } from './dataplane.js';
import { withoutLearned } from './learned-flows.js';
import type { OpenFlowConnection } from './openflow-connection.js';
import { sameGroup, sameMeter } from './same-group.js';

const nothing = dataplaneOf({});

/** A connection that writes down what it is asked to send, and refuses what `refuse` says. */
function recorder(refuse: (text: string) => boolean = () => false): {
  connection: OpenFlowConnection;
  sent: string[][];
} {
  const sent: string[][] = [];
  const send = async (messages: BatchMessages): Promise<void> => {
    const texts = Array.from({ length: messages.length }, (_, index) => describeMessage(messages.at(index)!));
    sent.push(texts);
    const refusals: Refusal[] = texts.flatMap((subject, index) =>
      refuse(subject) ? [{ index, subject, reason: 'NO' }] : [],
    );
    if (refusals.length > 0) throw new SessionError('refused', 'refused', { refusals });
  };
  const connection: Partial<OpenFlowConnection> = { sendAll: send, applyBundle: send };
  return { connection: connection as OpenFlowConnection, sent };
}

function state(parts: { flows?: string[]; groups?: string[]; meters?: string[] }): Dataplane {
  return dataplaneOf({
    flows: (parts.flows ?? []).map(parseFlow),
    groups: (parts.groups ?? []).map(parseGroup),
    meters: (parts.meters ?? []).map(parseMeter),
  });
}

const METER = 'meter=1 pktps bands= type=drop rate=100';
const before = state({
  flows: [
    'table=1, priority=1 actions=group:1',
    'table=1, priority=2 actions=drop',
    'cookie=0x1, table=1, priority=3 actions=drop',
  ],
  groups: ['group_id=1,type=select,bucket=actions=drop'],
  meters: ['meter=9 pktps bands= type=drop rate=100'],
});
const after = state({
  flows: [
    'table=1, priority=4 actions=meter:1,group:2',
    'table=1, priority=2 actions=goto_table:2',
    'cookie=0x2, table=1, priority=3 actions=drop',
  ],
  groups: ['group_id=2,type=select,bucket=actions=drop'],
  meters: [METER],
});

test('what is used is there before its users, and goes after them', async () => {
  const { connection, sent } = recorder();
  const outcomes = await applyDataplanePlan(connection, planDataplane(after, before));
  expect(sent).toEqual([
    [`add meter "${METER}"`],
    [
      'add group "group_id=2,type=select,bucket=actions=drop"',
      'add flow "table=1, priority=4 actions=meter:1,group:2"',
      'modify_strict flow "table=1, priority=2 actions=goto_table:2"',
      'add flow "cookie=0x2, table=1, priority=3 actions=drop"',
      'delete_strict flow "table=1, priority=1 actions=drop"',
      'delete group "group_id=1,type=select"',
    ],
    ['delete meter "meter=9 pktps bands= type=drop rate=100"'],
  ]);
  expect(outcomes.flows.map(({ ok }) => ok)).toEqual([true, true, true, true]);
  expect(outcomes.groups.map(({ key }) => key)).toEqual([2, 1]);
  expect(outcomes.meters.map(({ key }) => key)).toEqual([1, 9]);
});

test('a refused bundle fails every item of it, and keeps the meters that flows may still use', async () => {
  const { connection, sent } = recorder((text) => text.includes('priority=4'));
  const { flows, groups, meters } = await applyDataplanePlan(connection, planDataplane(after, before));
  expect(sent).toHaveLength(2);
  expect([...flows, ...groups].every(({ ok }) => !ok)).toBe(true);
  expect(flows[0]).toMatchObject({ error: { message: 'add flow "table=1, priority=4 actions=meter:1,group:2": NO' } });
  expect(meters.map(({ ok }) => ok)).toEqual([true, false]);
});

test('a refused meter fails alone', async () => {
  const { connection } = recorder((text) => text.includes('meter=2'));
  const desired = state({ meters: [METER, METER.replace('=1', '=2')] });
  const { meters } = await applyDataplanePlan(connection, planDataplane(desired, nothing));
  expect(meters.map(({ ok }) => ok)).toEqual([true, false]);
});

test('an empty plan sends nothing', async () => {
  const { connection, sent } = recorder();
  await applyDataplanePlan(connection, planDataplane(after, after));
  expect(sent).toEqual([]);
});

test('a flow that may expire is added, not modified', async () => {
  const { connection, sent } = recorder();
  const observed = state({ flows: ['table=1, hard_timeout=300, priority=2 actions=drop'] });
  const desired = state({ flows: ['table=1, hard_timeout=300, priority=2 actions=goto_table:2'] });
  await applyDataplanePlan(connection, planDataplane(desired, observed));
  expect(sent[0]?.[0]).toMatch(/^add flow/);
});

test('learned flows are told by table, priority and cookie', () => {
  const learner =
    'cookie=0x7, table=1, priority=5,ip actions=learn(table=2,priority=9,cookie=0x7,eth_type=0x800,NXM_OF_IP_SRC[])';
  const flows = [
    learner,
    'cookie=0x7, table=2, priority=9,ip,nw_src=10.0.0.1 actions=drop',
    'cookie=0x8, table=2, priority=9,ip,nw_src=10.0.0.2 actions=drop',
    'cookie=0x7, table=2, priority=0 actions=drop',
  ].map(parseFlow);
  expect(withoutLearned(flows)).toEqual([flows[0], flows[2], flows[3]]);
  expect(withoutLearned(flows.slice(1))).toEqual(flows.slice(1));
});

test('equality of groups and meters sets aside what the switch fills in', () => {
  const group = parseGroup('group_id=1,type=select,bucket=actions=drop');
  expect(sameGroup(group, { ...group, buckets: [{ weight: 1, actions: [] }] })).toBe(true);
  expect(sameGroup(group, { ...group, buckets: [{ weight: 2, actions: [] }] })).toBe(false);
  const meter = parseMeter(METER);
  expect(
    sameMeter(meter, { ...meter, flags: ['pktps', 'stats'], bands: [{ kind: 'drop', rate: 100, burst: 100 }] }),
  ).toBe(true);
  expect(sameMeter(meter, { ...meter, bands: [{ kind: 'drop', rate: 101, burst: 0 }] })).toBe(false);
});
