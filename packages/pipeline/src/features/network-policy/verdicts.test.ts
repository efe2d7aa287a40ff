import { formatFlow, type Flow, type PacketIn } from '@antrea-ts/openflow';
import {
  baselineTierPriority,
  compareRules,
  ruleStage,
  type CompletedRule,
  type RuleIpBlock,
  type RuleMember,
} from '@antrea-ts/policy';
import {
  cidrContains,
  ipEquals,
  parseCidr,
  parseIp,
  parseMac,
  protocolNumber,
  type IpAddress,
} from '@antrea-ts/net-types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FlowEvaluator,
  policyDecisions,
  stateOf,
  type EvaluatedPacket,
  type Evaluation,
  type PacketState,
} from '../../evaluator/index.js';
import { createNodePipeline } from '../../node-flows.js';
import type { NodeProfile } from '../../profile.js';
import { controllerReason, registers } from '../../registers.js';
import { ruleCounterOf } from './counters.js';
import { PolicyFlows } from './policy-flows.js';
import { readPolicyPacket, rejectActions } from './policy-packet.js';
import { recoverRules } from './recover.js';
import { nodeProfile } from '../../testing/index.js';

const profile = nodeProfile();
const settings = { controllerId: 1, meters: false, denyTracking: false };
const remote = {
  path: { kind: 'tunnel', remote: parseIp('192.168.77.2') },
  podCidrs: ['10.10.1.0/24', 'fd10:1::/64'].map((cidr) => parseCidr(cidr)),
} as const;

/** Who takes part: local Pods have a port, others are on another Node or outside. */
interface Party {
  readonly name: string;
  readonly ofPort?: number;
  readonly addresses: readonly IpAddress[];
  readonly ports: RuleMember['ports'];
}
const tcp = (name: string, port: number) => ({ name, port, protocol: 'TCP' });
const party = (
  name: string,
  ofPort: number | undefined,
  addresses: string[],
  ...ports: RuleMember['ports']
): Party => ({
  name,
  ...(ofPort === undefined ? {} : { ofPort }),
  addresses: addresses.map((address) => parseIp(address)),
  ports,
});
const parties: readonly Party[] = [
  party('a', 5, ['10.10.0.5', 'fd10::5'], tcp('http', 80)),
  party(
    'b',
    6,
    ['10.10.0.6', 'fd10::6'],
    tcp('http', 8080),
    { name: 'http', port: 53, protocol: 'UDP' },
    { name: 'dns', port: 53, protocol: 'UDP' },
  ),
  party('c', 7, ['10.10.0.7', 'fd10::7']),
  party('far', undefined, ['10.10.1.5', 'fd10:1::5'], tcp('http', 81)),
  party('farther', undefined, ['10.10.1.6', 'fd10:1::6']),
  party('outside', undefined, ['203.0.113.9', '2001:db8::9']),
];
const locals = parties.filter(({ ofPort }) => ofPort !== undefined);
const mac = (ofPort: number) => parseMac(`0e:00:00:00:00:0${ofPort}`);
const asMember = ({ name, addresses, ports }: Party): RuleMember => ({
  key: name,
  pod: { namespace: 'ns', name },
  addresses,
  ports,
});

const blocks: readonly RuleIpBlock[] = [
  { cidr: parseCidr('10.10.0.0/16'), except: [parseCidr('10.10.1.0/30'), parseCidr('10.10.0.6/32')] },
  { cidr: parseCidr('0.0.0.0/0'), except: [] },
  { cidr: parseCidr('::/0'), except: [parseCidr('fd10:1::/64')] },
  { cidr: parseCidr('203.0.113.9/32'), except: [] },
];
const services: readonly CompletedRule['services'][number][] = [
  { protocol: 'TCP', port: 80 },
  { port: 0 },
  { protocol: 'TCP', port: 80, endPort: 8080 },
  { protocol: 'UDP' },
  { protocol: 'SCTP', port: 81 },
  { protocol: 'TCP', port: 'http' },
  { protocol: 'UDP', port: 'dns' },
];

const ruleOf = fc
  .record({
    direction: fc.constantFrom('In' as const, 'Out' as const),
    priority: fc.option(
      fc.record({
        tier: fc.constantFrom(50, 250, baselineTierPriority),
        policy: fc.constantFrom(1, 5),
        rule: fc.nat(2),
      }),
      { nil: undefined },
    ),
    denial: fc.constantFrom('Allow' as const, 'Drop' as const, 'Reject' as const),
    enableLogging: fc.boolean(),
    services: fc.subarray([...services], { maxLength: 2 }),
    targets: fc.subarray(locals.map(asMember)),
    members: fc.subarray(parties.map(asMember)),
    ipBlocks: fc.subarray([...blocks], { maxLength: 1 }),
  })
  .map(({ priority, denial, members, ipBlocks, ...rest }) => ({
    ...rest,
    name: '',
    policy: { type: priority ? 'AntreaClusterNetworkPolicy' : 'K8sNetworkPolicy', name: 'p', uid: 'u' } as const,
    action: priority ? denial : ('Allow' as const),
    ...(priority ? { priority } : {}),
    peers: { members, ipBlocks, fqdns: [] },
  }));
const rulesOf = fc
  .array(ruleOf, { maxLength: 8 })
  .map((rules) => rules.map((rule, index): CompletedRule => ({ id: `rule-${index}`, ...rule })));

interface Probe {
  readonly from: Party;
  readonly to: Party;
  readonly family: 0 | 1;
  readonly protocol: number;
  readonly port: number;
}
const probeOf: fc.Arbitrary<Probe> = fc
  .record({
    from: fc.constantFrom(...parties),
    to: fc.constantFrom(...parties),
    family: fc.constantFrom(0 as const, 1 as const),
    protocol: fc.constantFrom(6, 17, 132, 1),
    port: fc.constantFrom(0, 53, 80, 81, 8080),
  })
  .filter(({ from, to }) => from !== to && (from.ofPort !== undefined || to.ofPort !== undefined))
  .map((probe) => (probe.protocol === 1 && probe.family === 1 ? { ...probe, protocol: 58 } : probe));

type Verdict = 'Allow' | 'Drop' | 'Reject';

/** What rules say of a packet, as naively as possible. */
function judge(rules: readonly CompletedRule[], { from, to, family, protocol, port }: Probe): Verdict {
  const side = (direction: 'In' | 'Out', pod: Party, other: Party): Verdict => {
    if (pod.ofPort === undefined) return 'Allow';
    const mine = rules.filter(
      (rule) => rule.direction === direction && rule.targets.some(({ key }) => key === pod.name),
    );
    const matching = mine.filter((rule) => matches(rule, pod, other));
    const first = (stage: string) => matching.filter((rule) => ruleStage(rule) === stage).sort(compareRules)[0]?.action;
    const isolated = mine.some((rule) => ruleStage(rule) === 'kubernetes');
    return first('antrea') ?? first('kubernetes') ?? (isolated ? 'Drop' : (first('baseline') ?? 'Allow'));
  };
  const matches = (rule: CompletedRule, pod: Party, other: Party): boolean => {
    const address = other.addresses[family] as IpAddress;
    const portFits = (ports: RuleMember['ports']): boolean =>
      rule.services.length === 0 ||
      rule.services.some((service) => {
        if (protocolNumber(service.protocol ?? 'TCP') !== protocol) return false;
        if (service.port === undefined) return true;
        if (typeof service.port === 'string') {
          return ports.some(
            (named) => named.name === service.port && named.protocol === service.protocol && named.port === port,
          );
        }
        return port >= service.port && port <= (service.endPort ?? service.port);
      });
    const inbound = rule.direction === 'In';
    const member = rule.peers.members.find(({ addresses }) => addresses.some((each) => ipEquals(each, address)));
    const byMember = member !== undefined && portFits(inbound ? pod.ports : member.ports);
    const inBlock = rule.peers.ipBlocks.some(
      ({ cidr, except }) => cidrContains(cidr, address) && !except.some((each) => cidrContains(each, address)),
    );
    return byMember || (inBlock && portFits(inbound ? pod.ports : []));
  };
  const egress = side('Out', from, to);
  return egress === 'Allow' ? side('In', to, from) : egress;
}

function packetOf({ from, to, family, protocol, port }: Probe): EvaluatedPacket {
  const outside = from.name === 'outside';
  return {
    inPort: from.ofPort ?? (outside ? 2 : 1),
    sourceMac: from.ofPort === undefined ? profile.gateway.mac : mac(from.ofPort),
    destinationMac: to.ofPort === undefined ? profile.gateway.mac : mac(to.ofPort),
    source: from.addresses[family] as IpAddress,
    destination: to.addresses[family] as IpAddress,
    protocol,
    ...([1, 58].includes(protocol)
      ? { icmpType: protocol === 1 ? 8 : 128 }
      : { sourcePort: 40000, destinationPort: port }),
  };
}

function answerTo(probe: Probe): EvaluatedPacket {
  const back = packetOf({ ...probe, from: probe.to, to: probe.from });
  return back.sourcePort === undefined ? back : { ...back, sourcePort: probe.port, destinationPort: 40000 };
}

const outPort = ({ to }: Probe): number => to.ofPort ?? (to.name === 'outside' ? 2 : 1);

function outcome(evaluation: Evaluation): Verdict {
  if (evaluation.outputs.length > 0) return 'Allow';
  const reasons = evaluation.toController.map(({ packet }) => Number(packet.getBits(registers.controllerReason)));
  return reasons.some((bits) => (bits & controllerReason.reject) !== 0) ? 'Reject' : 'Drop';
}

function baseFlows(of: NodeProfile): Flow[] {
  const pipeline = createNodePipeline(of);
  return [
    ...pipeline.base(),
    ...pipeline.peer(remote),
    ...locals.flatMap(({ ofPort = 0, addresses }) => pipeline.pod({ ofPort, addresses, mac: mac(ofPort) })),
  ];
}

function nodeWith(rules: readonly CompletedRule[], of = profile): PolicyFlows {
  const flows = new PolicyFlows(of, settings);
  for (const { name, ofPort = 0, addresses } of locals) flows.setPod(`ns/${name}`, { ofPort, addresses });
  for (const rule of rules) flows.setRule(rule);
  flows.takeChanges();
  return flows;
}

function trace({ path }: Evaluation): string {
  return path.map(({ found }) => (found ? formatFlow(found.flow) : 'no flow')).join('\n');
}

const base = { keep: baseFlows(profile), cut: baseFlows({ ...profile, establishedConnections: 'cut' }) };

/** What decided, what counts it and what the controller hears of it all name a rule with this verdict. */
function expectToldWhy(
  node: PolicyFlows,
  rules: readonly CompletedRule[],
  evaluation: Evaluation,
  verdict: Verdict,
): void {
  const decision = policyDecisions(evaluation).at(-1);
  if (decision?.by === 'isolation') {
    expect(evaluation.toController.filter(({ table }) => table === decision.table)).toEqual([]);
    return;
  }
  expect(decision?.by).toBe('rule');
  const rule = node.ruleOf(decision?.conjunctionId ?? 0);
  expect(rule?.action).toBe(verdict);
  expect(rules.some(({ id }) => id === rule?.id)).toBe(true);
  expect(ruleCounterOf(evaluation.droppedBy as Flow)).toEqual({
    conjunctionId: decision?.conjunctionId,
    direction: rule?.direction,
    counts: 'denials',
  });
  // An allowing rule of the other side may have logged before.
  const denials = evaluation.toController.map(({ table, packet }) =>
    readPolicyPacket({ table, metadata: metadataOf(packet) } as unknown as PacketIn),
  );
  const last = denials.filter((each) => each?.disposition !== 'Allow').at(-1);
  if (!rule?.enableLogging && verdict === 'Drop') expect(last).toBeUndefined();
  else {
    expect(last).toEqual({
      table: decision?.table,
      disposition: verdict,
      conjunctionId: decision?.conjunctionId,
      toLog: rule?.enableLogging,
      toReject: verdict === 'Reject',
      toRecord: false,
    });
  }
}

function metadataOf(packet: PacketState): { field: string; value: number }[] {
  return [...packet.entries()]
    .filter(([field]) => field.startsWith('reg'))
    .map(([field, value]) => ({ field, value: Number(value) }));
}

describe('what flows do is what rules say', () => {
  it('for the first packet of a connection', () => {
    fc.assert(
      fc.property(rulesOf, fc.array(probeOf, { minLength: 20, maxLength: 40 }), (rules, probes) => {
        const node = nodeWith(rules);
        const evaluator = new FlowEvaluator([...base.keep, ...node.flows().values()]);
        for (const probe of probes) {
          evaluator.forgetConnections();
          const evaluation = evaluator.evaluate(packetOf(probe));
          const expected = judge(rules, probe);
          expect(outcome(evaluation), trace(evaluation)).toBe(expected);
          if (expected === 'Allow') expect(evaluation.outputs).toEqual([outPort(probe)]);
          else expectToldWhy(node, rules, evaluation, expected);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('and for those that follow, when the rules have changed', () => {
    fc.assert(
      fc.property(rulesOf, rulesOf, probeOf, fc.boolean(), (before, after, probe, cut) => {
        const of: NodeProfile = { ...profile, establishedConnections: cut ? 'cut' : 'keep' };
        const ground = cut ? base.cut : base.keep;
        const evaluator = new FlowEvaluator([...ground, ...nodeWith(before, of).flows().values()]);
        if (outcome(evaluator.evaluate(packetOf(probe))) !== 'Allow') return;
        // An answer passes whatever the rules for its own direction are.
        expect(outcome(evaluator.evaluate(answerTo(probe)))).toBe('Allow');
        evaluator.setFlows([...ground, ...nodeWith(after, of).flows().values()]);
        const evaluation = evaluator.evaluate(packetOf(probe));
        expect(outcome(evaluation), trace(evaluation)).toBe(cut ? judge(after, probe) : 'Allow');
      }),
      { numRuns: 200 },
    );
  });
});

it('flows that came by many changes are those of the final state', () => {
  const change = fc.oneof(
    fc.record({ kind: fc.constant('rule' as const), index: fc.nat(5), rule: fc.option(ruleOf, { nil: undefined }) }),
    fc.record({ kind: fc.constant('pod' as const), local: fc.constantFrom(...locals), there: fc.boolean() }),
    fc.record({
      kind: fc.constant('patch' as const),
      index: fc.nat(5),
      side: fc.constantFrom('targets' as const, 'members' as const),
      member: fc.constantFrom(...parties.map(asMember)),
      come: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('take' as const) }),
  );
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
      const flows = new PolicyFlows(profile, settings);
      const installed = new Map<string, Flow>();
      const take = (): void => {
        const { set, removed } = flows.takeChanges();
        for (const key of removed) installed.delete(key);
        for (const [key, flow] of set) installed.set(key, flow);
      };
      const rules = new Map<number, CompletedRule>();
      const pods = new Set<Party>();
      for (const step of changes) {
        if (step.kind === 'take') take();
        else if (step.kind === 'pod') {
          if (step.there) pods.add(step.local);
          else pods.delete(step.local);
          const { name, ofPort = 0, addresses } = step.local;
          flows.setPod(`ns/${name}`, step.there ? { ofPort, addresses } : undefined);
        } else if (step.kind === 'rule') {
          const id = `rule-${step.index}`;
          if (step.rule) {
            rules.set(step.index, { id, ...step.rule });
            flows.setRule({ id, ...step.rule });
          } else {
            rules.delete(step.index);
            flows.removeRule(id);
          }
        } else {
          const rule = rules.get(step.index);
          if (rule === undefined) continue;
          const list = step.side === 'targets' ? rule.targets : rule.peers.members;
          const has = list.some(({ key }) => key === step.member.key);
          if (has === step.come) continue;
          const next = step.come ? [...list, step.member] : list.filter(({ key }) => key !== step.member.key);
          rules.set(
            step.index,
            step.side === 'targets' ? { ...rule, targets: next } : { ...rule, peers: { ...rule.peers, members: next } },
          );
          const none = { addedTargets: [], removedTargets: [], addedMembers: [], removedMembers: [] };
          const field = `${step.come ? 'added' : 'removed'}${step.side === 'targets' ? 'Targets' : 'Members'}`;
          flows.patchRule({ id: rule.id, ...none, [field]: [step.member] });
        }
      }
      take();
      expect(shown(installed.values())).toEqual(shown(flows.flows().values()));

      const anew = new PolicyFlows(profile, settings, recoverRules(installed.values()));
      for (const rule of [...rules.values()].toReversed()) anew.setRule(rule);
      for (const { name, ofPort = 0, addresses } of pods) anew.setPod(`ns/${name}`, { ofPort, addresses });
      expect(shown(anew.takeChanges().set.values())).toEqual(shown(installed.values()));
      expect(anew.unplaced()).toEqual([]);
    }),
    { numRuns: 250 },
  );
});

function shown(flows: Iterable<Flow>): string[] {
  return [...flows].map((flow) => formatFlow(flow)).sort();
}

describe('past the rules', () => {
  const [a = party('', 0, [])] = locals;
  const denyAll = nodeWith(
    (['In', 'Out'] as const).flatMap((direction) => [
      {
        id: direction,
        policy: { type: 'AntreaClusterNetworkPolicy', name: 'p', uid: 'u' },
        name: '',
        direction,
        action: 'Drop',
        enableLogging: false,
        priority: { tier: 50, policy: 1, rule: 0 },
        services: [],
        targets: [asMember(a)],
        peers: { members: [], ipBlocks: blocks.slice(1, 2), fqdns: [] },
      } as const,
    ]),
  );
  const flows = [...base.keep, ...denyAll.flows().values()];
  const probe: EvaluatedPacket = {
    inPort: 2,
    sourceMac: profile.gateway.mac,
    destinationMac: mac(5),
    source: parseIp('10.10.0.1'),
    destination: parseIp('10.10.0.5'),
    protocol: 6,
    destinationPort: 80,
    sourcePort: 40000,
  };

  it("come the Node's own probes, and nobody else's packets", () => {
    expect(outcome(new FlowEvaluator(flows).evaluate({ ...probe, packetMark: 1 }))).toBe('Allow');
    expect(outcome(new FlowEvaluator(flows).evaluate(probe))).toBe('Drop');
    // The mark alone is not enough: it has to come through the gateway.
    const fromTunnel = { ...probe, inPort: 1, packetMark: 1 };
    expect(outcome(new FlowEvaluator(flows).evaluate(fromTunnel))).toBe('Drop');
  });

  it('comes the answer to a rejected packet, whatever its own direction rejects', () => {
    const rejecting = nodeWith(
      (['In', 'Out'] as const).map((direction) => ({
        id: direction,
        policy: { type: 'AntreaClusterNetworkPolicy', name: 'p', uid: 'u' },
        name: '',
        direction,
        action: 'Reject',
        enableLogging: false,
        priority: { tier: 50, policy: 1, rule: 0 },
        services: [],
        targets: locals.map(asMember),
        peers: { members: [], ipBlocks: blocks.slice(1, 2), fqdns: [] },
      })),
    );
    const evaluator = new FlowEvaluator([...base.keep, ...rejecting.flows().values()]);
    const [from, to] = locals as [Party, Party];
    const rejected = { from, to, family: 0, protocol: 6, port: 80 } as const;
    expect(outcome(evaluator.evaluate(packetOf(rejected)))).toBe('Reject');
    // As the packet-out does it: from the port of the Pod in whose name it answers.
    const answer = stateOf(answerTo(rejected));
    for (const action of rejectActions)
      if (action.kind === 'reg_load') answer.setBits(action.dst, BigInt(action.value));
    const { outputs, toController } = evaluator.evaluateState(answer);
    expect([outputs, toController]).toEqual([[from.ofPort], []]);
  });

  it("comes a Pod's packet to itself through a Service, no packet of others through it", () => {
    const service: Flow[] = [
      {
        table: 31,
        priority: 1,
        cookie: 1n,
        match: [
          { field: 'dl_type', value: 0x0800 },
          { field: 'nw_dst', value: 0x0a600001 },
        ],
        instructions: [
          {
            kind: 'apply_actions',
            actions: [
              {
                kind: 'ct',
                commit: true,
                zone: 65520,
                table: 45,
                nat: { kind: 'nat', direction: 'dst', range: { family: 'ipv4', addressMin: 0x0a0a0005 } },
                exec: [{ kind: 'reg_load', dst: { field: 'ct_mark', offset: 0, bits: 32 }, value: 0x21 }],
              },
            ],
          },
        ],
      },
    ];
    const toService = (inPort: number, source: string): EvaluatedPacket => ({
      ...probe,
      inPort,
      sourceMac: inPort === 2 ? profile.gateway.mac : mac(inPort),
      source: parseIp(source),
      destination: parseIp('10.96.0.1'),
    });
    const evaluate = (packet: EvaluatedPacket) => new FlowEvaluator([...service, ...flows]).evaluate(packet);
    expect(outcome(evaluate(toService(5, '10.10.0.5')))).toBe('Allow');
    expect(outcome(evaluate(toService(6, '10.10.0.6')))).toBe('Drop');
    expect(outcome(evaluate({ ...toService(2, '10.10.0.1'), packetMark: 1 }))).toBe('Drop');
  });
});
