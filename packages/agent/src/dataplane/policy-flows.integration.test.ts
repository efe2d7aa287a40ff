import { flowKey, formatFlow, sameFlow, type Flow } from '@antrea-ts/openflow';
import { formatIp, parseCidr, parseIp, parseMac } from '@antrea-ts/net-types';
import { appctl, connectOpenFlow, flowDriver, type OpenFlowConnection } from '@antrea-ts/ovs';
import { startPrivateOvs, type PrivateOvs } from '@antrea-ts/ovs/testing';
import { createNodePipeline, PolicyFlows, policyMeter, recoverRules } from '@antrea-ts/pipeline';
import { FlowEvaluator, type EvaluatedPacket } from '@antrea-ts/pipeline/evaluator';
import type { CompletedRule, RuleMember } from '@antrea-ts/policy';
import { isEmptyPlan, planDiff } from '@antrea-ts/reconcile';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeProfile } from '@antrea-ts/pipeline/testing';

const { signal } = new AbortController();
const profile = nodeProfile();
const settings = { controllerId: 77, meters: true, denyTracking: false };
const pods = [5, 6, 7].map((ofPort) => ({
  name: `pod-${ofPort}`,
  ofPort,
  mac: parseMac(`0e:00:00:00:00:0${ofPort}`),
  addresses: [parseIp(`10.10.0.${ofPort}`), parseIp(`fd10::${ofPort}`)],
}));
type Pod = (typeof pods)[number];

const memberOf = ({ name, addresses }: Pod): RuleMember => ({
  key: name,
  pod: { namespace: 'ns', name },
  addresses,
  ports: [{ name: 'http', port: name === 'pod-6' ? 8080 : 80, protocol: 'TCP' }],
});
const ports = [0, 53, 80, 8003, 8080];
const services: CompletedRule['services'] = [
  { protocol: 'TCP', port: 80 },
  { protocol: 'TCP', port: 8000, endPort: 8007 },
  { protocol: 'UDP' },
  { protocol: 'SCTP', port: 53 },
  { protocol: 'TCP', port: 0 },
  { protocol: 'TCP', port: 'http' },
];

/** A generator of one's own: the same cases in every run. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function someRules(seed: number): CompletedRule[] {
  const pick = random(seed);
  const some = <T>(list: readonly T[]): T[] => list.filter(() => pick(2) === 0);
  const one = <T>(list: readonly T[]): T => list[pick(list.length)] as T;
  return Array.from({ length: 6 }, (_, index): CompletedRule => {
    const antrea = pick(2) === 0;
    return {
      id: `rule-${index}`,
      policy: { type: antrea ? 'AntreaClusterNetworkPolicy' : 'K8sNetworkPolicy', name: 'p', uid: 'u' },
      name: '',
      direction: one(['In', 'Out']),
      action: antrea ? one(['Allow', 'Drop', 'Reject']) : 'Allow',
      enableLogging: pick(3) === 0,
      ...(antrea ? { priority: { tier: one([50, 250, 253]), policy: one([1, 5]), rule: pick(2) } } : {}),
      services: some(services).slice(0, 2),
      targets: some(pods).map(memberOf),
      peers: {
        members: some(pods).map(memberOf),
        ipBlocks: pick(3) === 0 ? [{ cidr: parseCidr('10.10.0.0/28'), except: [parseCidr('10.10.0.6/32')] }] : [],
        fqdns: [],
      },
    };
  });
}

let ovs: PrivateOvs;
let connection: OpenFlowConnection;

beforeAll(async () => {
  ovs = await startPrivateOvs({ datapath: 'dummy' });
  const port = (name: string, number: number): string[] => [
    '--',
    'add-port',
    'br0',
    name,
    '--',
    'set',
    'Interface',
    name,
    `ofport_request=${number}`,
  ];
  await ovs.vsctl(
    'add-br',
    'br0',
    '--',
    'set',
    'Bridge',
    'br0',
    'fail_mode=secure',
    ...port('tun', 1),
    ...port('gw', 2),
    ...pods.flatMap(({ name, ofPort }) => port(name, ofPort)),
  );
  connection = await connectOpenFlow({ path: ovs.mgmtSocket('br0'), signal });
  const [band] = policyMeter.bands;
  await ovs.ofctl(
    '-O',
    'OpenFlow13',
    'add-meter',
    'br0',
    `meter=1,pktps,burst,bands=type=drop,rate=${band?.rate},burst_size=${band?.burst}`,
  );
});
afterAll(async () => {
  await connection?.close();
  await ovs?.stop();
});

function policyFlows(rules: readonly CompletedRule[], installed: Iterable<Flow> = []): PolicyFlows {
  const flows = new PolicyFlows(profile, settings, recoverRules(installed));
  for (const { name, ...pod } of pods) flows.setPod(`ns/${name}`, pod);
  for (const rule of rules) flows.setRule(rule);
  flows.takeChanges();
  return flows;
}

async function install(desired: ReadonlyMap<string, Flow>): Promise<ReadonlyMap<string, Flow>> {
  const driver = flowDriver(connection);
  const outcomes = await driver.apply(planDiff(desired, await driver.observe({ signal }), sameFlow), { signal });
  for (const outcome of outcomes) if (!outcome.ok) throw outcome.error;
  return driver.observe({ signal });
}

/** Whether Open vSwitch says that a new connection's packet goes out to a port. */
async function passes(from: Pod, to: Pod, family: 0 | 1, protocol: string, tpDst: number): Promise<boolean> {
  const [source, destination] = [from.addresses[family], to.addresses[family]].map((address) =>
    formatIp(address as never),
  );
  const ip = family === 0 ? 'nw' : 'ipv6';
  const flow = `in_port=${from.ofPort},${protocol}${family === 0 ? '' : '6'},dl_src=${from.mac},dl_dst=${to.mac},${ip}_src=${source},${ip}_dst=${destination},nw_ttl=64,${protocol}_src=40000,${protocol}_dst=${tpDst}`;
  const states = Array.from({ length: 6 }, () => ['--ct-next', 'trk,new']).flat();
  const trace = await appctl({ runDir: ovs.runDir }, 'ofproto/trace', ['br0', flow, ...states], { signal });
  const last = [...trace.matchAll(/^Datapath actions: (.*)$/gm)].at(-1)?.[1] ?? '';
  return /(^|,)\d+$/.test(last);
}

const verdicts = new Set<boolean>();

it.each([1, 2, 3, 4, 5, 6])('Open vSwitch and the software evaluator agree on rules: %i', async (seed) => {
  const pipeline = createNodePipeline(profile);
  const base = [...pipeline.base(), ...pods.flatMap((pod) => pipeline.pod(pod))];
  const rules = someRules(seed);
  const policies = policyFlows(rules);
  const desired = new Map([...base.map((flow) => [flowKey(flow), flow] as const), ...policies.flows()]);
  const installed = await install(desired);
  const left = planDiff(desired, installed, sameFlow);
  expect(isEmptyPlan(left), [...left.update.values()].map(({ observed }) => formatFlow(observed)).join('\n')).toBe(
    true,
  );

  // An agent that starts now asks for exactly what is there.
  const anew = policyFlows(rules.toReversed(), installed.values()).flows();
  expect([...anew].filter(([key, flow]) => !sameFlow(flow, installed.get(key) ?? { ...flow, cookie: 0n }))).toEqual([]);
  expect(anew.size).toBe(policies.flows().size);

  const evaluator = new FlowEvaluator(installed.values());
  const pick = random(seed * 7919);
  for (let count = 0; count < 25; count += 1) {
    const from = pods[pick(3)] as Pod;
    const to = pods[(pods.indexOf(from) + 1 + pick(2)) % 3] as Pod;
    const family = pick(2) as 0 | 1;
    const [name, number] = (
      [
        ['tcp', 6],
        ['udp', 17],
        ['sctp', 132],
      ] as const
    )[pick(3)] as ['tcp', 6];
    const destinationPort = ports[pick(ports.length)] as number;
    const packet: EvaluatedPacket = {
      inPort: from.ofPort,
      sourceMac: from.mac,
      destinationMac: to.mac,
      source: from.addresses[family] as never,
      destination: to.addresses[family] as never,
      protocol: number,
      sourcePort: 40000,
      destinationPort,
    };
    evaluator.forgetConnections();
    const ours = evaluator.evaluate(packet);
    const real = await passes(from, to, family, name, destinationPort);
    verdicts.add(real);
    expect(ours.outputs.length > 0, `${from.name} to ${to.name}, family ${family}, ${name} ${destinationPort}`).toBe(
      real,
    );
  }
});

it('both verdicts were among them', () => {
  expect(verdicts.size).toBe(2);
});

describe('ten thousand rules that name the same peer', () => {
  const count = 10_000;
  const [target, peer] = pods as [Pod, Pod, Pod];
  const firstPort = 1_000;
  type Priority = NonNullable<CompletedRule['priority']>;
  const rulesOf = (priorityOf: (index: number) => Priority | undefined): CompletedRule[] =>
    Array.from({ length: count }, (_, index): CompletedRule => {
      const priority = priorityOf(index);
      return {
        id: `rule-${index}`,
        policy: { type: priority ? 'AntreaClusterNetworkPolicy' : 'K8sNetworkPolicy', name: 'p', uid: 'u' },
        name: '',
        direction: 'In',
        action: priority && index % 2 === 1 ? 'Drop' : 'Allow',
        enableLogging: false,
        ...(priority ? { priority } : {}),
        services: [{ protocol: 'TCP', port: firstPort + index }],
        targets: [memberOf(target)],
        peers: { members: [memberOf(peer)], ipBlocks: [], fqdns: [] },
      };
    });

  // Where the flows that rules share are full, and others begin.
  const edges = [0, 1, 3_497, 3_498, 3_499, 6_997, 6_998, 6_999, 9_998, 9_999, count];
  it.each([
    ['of Kubernetes', () => undefined, (index: number) => index < count],
    [
      'of equal importance',
      () => ({ tier: 250, policy: 5, rule: 0 }),
      (index: number) => index % 2 === 0 || index >= count,
    ],
    [
      'each of its own importance',
      (index: number) => ({ tier: 250, policy: 5, rule: index }),
      (index: number) => index % 2 === 0 || index >= count,
    ],
  ] as const)(
    'are installed and obeyed: %s',
    async (_, priorityOf, allows) => {
      const pipeline = createNodePipeline(profile);
      const base = [...pipeline.base(), ...pods.flatMap((pod) => pipeline.pod(pod))];
      const policies = policyFlows(rulesOf(priorityOf));
      expect(policies.unplaced()).toEqual([]);
      const desired = new Map([...base.map((flow) => [flowKey(flow), flow] as const), ...policies.flows()]);
      const installed = await install(desired);
      expect(isEmptyPlan(planDiff(desired, installed, sameFlow))).toBe(true);

      const evaluator = new FlowEvaluator(installed.values());
      for (const index of edges) {
        const destinationPort = firstPort + index;
        evaluator.forgetConnections();
        const ours = evaluator.evaluate({
          inPort: peer.ofPort,
          sourceMac: peer.mac,
          destinationMac: target.mac,
          source: peer.addresses[0] as never,
          destination: target.addresses[0] as never,
          protocol: 6,
          sourcePort: 40000,
          destinationPort,
        });
        expect(ours.outputs.length > 0, `evaluated: rule ${index}`).toBe(allows(index));
        expect(await passes(peer, target, 0, 'tcp', destinationPort), `Open vSwitch: rule ${index}`).toBe(
          allows(index),
        );
      }
    },
    120_000,
  );
});
