import type { CompletedRule, RuleMember } from '@antrea-ts/policy';
import { parseIp, parseMac } from '@antrea-ts/net-types';
import { describe, expect, it } from 'vitest';
import { FlowEvaluator, stateOf, type EvaluatedPacket, type EvaluatedStep } from '../../evaluator/index.js';
import { virtualMac } from '../neighbours.js';
import { createNodePipeline } from '../../node-flows.js';
import { PolicyFlows } from './policy-flows.js';
import { rejectActions } from './policy-packet.js';
import { nodeProfile } from '../../testing/index.js';

const profile = nodeProfile({}, ['10.10.0.1']);
const pods = [5, 6].map((ofPort) => ({
  ofPort,
  mac: parseMac(`0e:00:00:00:00:0${ofPort}`),
  addresses: [parseIp(`10.10.0.${ofPort}`)],
}));
const member = (ofPort: number): RuleMember => ({
  key: `${ofPort}`,
  pod: { namespace: 'ns', name: `pod-${ofPort}` },
  addresses: [parseIp(`10.10.0.${ofPort}`)],
  ports: [],
});
const common = { name: '', direction: 'In', enableLogging: false, targets: [member(6)] } as const;
const peers = { members: [member(5)], ipBlocks: [], fqdns: [] };
const rules: readonly CompletedRule[] = [
  {
    ...common,
    id: 'allow-80',
    policy: { type: 'K8sNetworkPolicy', namespace: 'ns', name: 'np', uid: 'u1' },
    action: 'Allow',
    services: [{ protocol: 'TCP', port: 80 }],
    peers,
  },
  {
    ...common,
    id: 'reject-81',
    policy: { type: 'AntreaClusterNetworkPolicy', name: 'acnp', uid: 'u2' },
    action: 'Reject',
    priority: { tier: 250, policy: 5, rule: 0 },
    services: [{ protocol: 'TCP', port: 81 }],
    peers,
  },
];

function evaluator(): FlowEvaluator {
  const pipeline = createNodePipeline(profile);
  const policies = new PolicyFlows(profile, { controllerId: 12345, meters: false, denyTracking: false });
  for (const pod of pods) policies.setPod(`ns/pod-${pod.ofPort}`, pod);
  for (const rule of rules) policies.setRule(rule);
  policies.takeChanges();
  return new FlowEvaluator([
    ...pipeline.base(),
    ...pods.flatMap((pod) => pipeline.pod(pod)),
    ...policies.flows().values(),
  ]);
}

const pod5: EvaluatedPacket = {
  inPort: 5,
  sourceMac: parseMac('0e:00:00:00:00:05'),
  destinationMac: parseMac('0e:00:00:00:00:06'),
  source: parseIp('10.10.0.5'),
  destination: parseIp('10.10.0.6'),
  protocol: 6,
  sourcePort: 40000,
  destinationPort: 80,
};

/** Tables with the priority of the flow where it is not the miss. */
function walk(path: readonly EvaluatedStep[]): string {
  return path
    .map(({ table, found }) => `${table}${found && found.flow.priority > 0 ? `(${found.flow.priority})` : ''}`)
    .join(' ');
}

/** Walks that Open vSwitch's `ofproto/trace` gave for the flows of Antrea 1.3; own probes differ, and pass at table 85. */
describe('a packet walks', () => {
  const start = '0(190) 10(200) 29 30(200) 31 40 41 42';
  it.each([
    [
      'that a Kubernetes rule allows',
      pod5,
      `${start} 45 50 60 61 70 80(200) 85 90(190) 101(200) 105(190) 106 110(200)`,
      [6],
    ],
    [
      'that an Antrea rule rejects',
      { ...pod5, destinationPort: 81 },
      `${start} 45 50 60 61 70 80(200) 85(14500) 101(200)`,
      [],
    ],
    ['that isolation drops', { ...pod5, protocol: 17 }, `${start} 45 50 60 61 70 80(200) 85 90 100(200)`, []],
    ['with a foreign source', { ...pod5, source: parseIp('10.10.0.9') }, '0(190) 10', []],
    [
      'from the tunnel',
      {
        ...pod5,
        inPort: 1,
        sourceMac: virtualMac,
        destinationMac: virtualMac,
        source: parseIp('10.10.1.9'),
        destination: parseIp('10.10.0.5'),
      },
      '0(200) 30(200) 31 40 41 42 45 50 60 61 70(200) 72(200) 80(200) 85 90 100 101 105(190) 106 110(200)',
      [5],
    ],
    [
      'of the Node itself',
      {
        ...pod5,
        inPort: 2,
        sourceMac: profile.gateway.mac,
        source: parseIp('10.10.0.1'),
        destinationPort: 9,
        packetMark: 1,
      },
      '0(200) 10(200) 29 30(200) 31 40 41 42 45 50 60 61 70 80(200) 85(64989) 105(200) 106 110(200)',
      [6],
    ],
  ])('%s', (_, packet: EvaluatedPacket, expected, outputs) => {
    const evaluation = evaluator().evaluate(packet);
    expect(walk(evaluation.path)).toBe(expected);
    expect(evaluation.outputs).toEqual(outputs);
  });

  it('of an answer that rejects, to Pod 5', () => {
    const answer = stateOf({
      ...pod5,
      inPort: 6,
      sourceMac: parseMac('0e:00:00:00:00:06'),
      destinationMac: parseMac('0e:00:00:00:00:05'),
      source: pod5.destination,
      destination: pod5.source,
      sourcePort: 81,
      destinationPort: 40000,
    });
    for (const action of rejectActions)
      if (action.kind === 'reg_load') answer.setBits(action.dst, BigInt(action.value));
    const { path, outputs } = evaluator().evaluateState(answer);
    expect(walk(path)).toBe(
      '0(190) 10(200) 29 30(200) 31(210) 42 45(64990) 61 70 80(200) 85(64990) 101 105(190) 106 110(200)',
    );
    expect(outputs).toEqual([5]);
  });
});
