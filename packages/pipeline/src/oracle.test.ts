import { createHash } from 'node:crypto';
import { formatFlow } from '@antrea-ts/openflow';
import { formatIp, parseIp, parseMac, type IpAddress } from '@antrea-ts/net-types';
import { judge, type Decision, type Intent, type Packet, type Verdict } from '@antrea-ts/policy/verdict';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  isRejected,
  policyDecisions,
  type EvaluatedPacket,
  type Evaluation,
  type FlowEvaluator,
} from './evaluator/index.js';
import { virtualMac } from './features/neighbours.js';
import * as arbitrary from './testing/cluster-events.js';
import { probe, type Probe } from './testing/probes.js';
import { linuxKind, windowsDirectKind, windowsKind, type NodeKind } from './testing/node-kind.js';
import { podMac, SoftwareCluster, type Hashes, type SoftwareNode } from './testing/software-cluster.js';

const hashes: Hashes = {
  ofName: (bytes) => createHash('sha1').update(bytes).digest('hex'),
  ofRule: (text) => createHash('sha1').update(text).digest('hex').slice(0, 16),
};
const gatewayPort = 2;
const gatewayMac = parseMac('0e:00:00:00:00:01');

interface Seen {
  readonly action: Verdict['action'];
  readonly decisions: readonly { readonly node: SoftwareNode; readonly evaluation: Evaluation }[];
}

/** Where a packet comes into a Node, and by whom. */
function atNode(node: SoftwareNode, packet: Packet): EvaluatedPacket {
  const place = (address: IpAddress) =>
    arbitrary.podPlaces.find((each) => each.node === node.name && each.addresses.includes(formatIp(address)));
  const [from, to] = [packet.sourceNode === undefined ? place(packet.source) : undefined, place(packet.destination)];
  const isFromPeer = packet.sourceNode !== node.name && !from && /^(10\.10\.|fd10:)/.test(formatIp(packet.source));
  const isIpv6 = packet.source.family === 'ipv6';
  const protocols = { TCP: 6, UDP: 17, SCTP: 132, ICMP: isIpv6 ? 58 : 1 };
  return {
    inPort: from?.ofPort ?? (isFromPeer ? node.kind.fromPeer : gatewayPort),
    sourceMac: from ? podMac(from.ofPort) : gatewayMac,
    destinationMac: isFromPeer && node.kind.path === 'tunnel' ? virtualMac : to ? podMac(to.ofPort) : gatewayMac,
    source: packet.source,
    destination: packet.destination,
    protocol: protocols[packet.protocol],
    ...(packet.protocol === 'ICMP'
      ? { icmpType: isIpv6 ? 128 : 8 }
      : { sourcePort: 40_000, destinationPort: packet.port ?? 0 }),
    ...(packet.sourceNode === node.name && node.kind.profile.hostSource === 'packetMark' ? { packetMark: 1 } : {}),
  };
}

function send(nodes: readonly SoftwareNode[], evaluators: readonly FlowEvaluator[], probe: Probe): Seen {
  const decisions: { node: SoftwareNode; evaluation: Evaluation }[] = [];
  for (const name of probe.way) {
    const at = nodes.findIndex((node) => node.name === name);
    const node = nodes[at]!;
    evaluators[at]!.forgetConnections();
    const evaluation = evaluators[at]!.evaluate(atNode(node, probe.packet));
    decisions.push({ node, evaluation });
    if (evaluation.outputs.length > 0) continue;
    return { action: isRejected(evaluation) ? 'Reject' : 'Drop', decisions };
  }
  return { action: 'Allow', decisions };
}

/** The flows that decided were made for the rules that decide by intent. */
function expectSameReasons({ egress, ingress }: Verdict, { decisions }: Seen): void {
  for (const { node, evaluation } of decisions) {
    for (const { direction, by, conjunctionId = 0 } of policyDecisions(evaluation)) {
      const expected: Decision | undefined = direction === 'Out' ? egress : ingress;
      if (expected?.node !== node.name) {
        expect(by).not.toBe('rule');
        continue;
      }
      expect([direction, by]).toEqual([direction, expected.by]);
      if (by !== 'rule') continue;
      const rule = node.flows.ruleOf(conjunctionId);
      expect(expected.rules.map(({ policy }) => policy)).toContainEqual(rule?.policy);
      expect(rule?.action).toBe(expected.action);
      const { tier, priority, index } = expected.rules[0]!;
      const place = tier && { tier: tier.priority, policy: priority, rule: index };
      expect(rule?.priority).toEqual(place);
    }
  }
}

/** What was found once, and is too rare to be found again soon. */
function known(): [arbitrary.ClusterEvent[], arbitrary.ClusterEvent[][], Probe[]][] {
  const group = (cidr: string): arbitrary.ClusterEvent => ({
    kind: 'clusterGroup',
    key: 'g1',
    object: { metadata: { name: 'g1', uid: 'uid-g1' }, spec: { ipBlocks: [{ cidr }] } },
  });
  const drop: arbitrary.ClusterEvent = {
    kind: 'clusterNetworkPolicy',
    key: 'c2',
    object: {
      metadata: { name: 'c2', uid: 'c2', generation: 1 },
      spec: { priority: 1, egress: [{ action: 'Drop', to: [{ group: 'g1' }], appliedTo: [{ podSelector: {} }] }] },
    },
  };
  const probe = (source: string, destination: string): Probe => ({
    packet: { source: parseIp(source), destination: parseIp(destination), protocol: 'TCP', port: 80 },
    way: ['n1', 'n2'],
  });
  const probes = [probe('10.10.1.6', '10.10.2.7'), probe('fd10:1::6', 'fd10:2::7')];
  // Rules that differ in the IP version of a block alone.
  return [[[group('0.0.0.0/0'), drop], [[group('::/0')]], probes]];
}

/** Runs of the property, each with some batches of changes and probes after each of them. */
const isLong = process.env['TEST_LONG'] !== undefined;
/** The same cases each time, so that a failure is of what changed; others each time in the long form. */
const casesOf = (kind: NodeKind) => (isLong ? { numRuns: 2000 } : { numRuns: kind === linuxKind ? 60 : 20, seed: 1 });

it.each([linuxKind, windowsKind, windowsDirectKind])(
  'what flows do is what users wrote, whatever changed on the way: $name',
  (kind) => {
    const batches = fc.array(fc.array(arbitrary.event, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 5 });
    const probes = fc.array(probe, { minLength: 25, maxLength: 40 });
    fc.assert(
      fc.property(arbitrary.policies, batches, probes, (policies, changes, sent) => {
        const cluster = new SoftwareCluster(hashes, undefined, kind);
        for (const events of [[...arbitrary.groundwork, ...policies], ...changes]) {
          cluster.apply(events);
          const { intent } = cluster;
          const evaluators = cluster.nodes.map((node) => node.evaluator());
          for (const probe of sent) {
            if (!kind.profile.families.includes(probe.packet.source.family)) continue;
            const expected = judge(probe.packet, intent);
            const seen = send(cluster.nodes, evaluators, probe);
            const why = (): string => explain(probe, expected, seen, intent);
            if (seen.action !== expected.action) throw new Error(why());
            try {
              expectSameReasons(expected, seen);
            } catch (error) {
              throw new Error(why(), { cause: error });
            }
          }
        }
      }),
      { ...casesOf(kind), examples: known() },
    );
  },
  isLong ? 3_600_000 : 120_000,
);

function explain({ packet }: Probe, expected: Verdict, seen: Seen, intent: Intent): string {
  const { source, destination, protocol, port } = packet;
  const policies = [...intent.k8sNetworkPolicies, ...intent.antreaNetworkPolicies, ...intent.clusterNetworkPolicies];
  const used = { policies, groups: intent.clusterGroups, services: intent.services, namespaces: intent.namespaces };
  return [
    `${formatIp(source)} -> ${formatIp(destination)} ${protocol} ${port}: flows say ${seen.action}, intent ${JSON.stringify(expected)}`,
    ...seen.decisions.flatMap(({ node, evaluation: { path } }) => [
      node.name,
      ...path.map(({ found }) => (found ? formatFlow(found.flow) : 'no flow')),
    ]),
    JSON.stringify(used, null, 1),
    ...intent.pods.map((pod) => JSON.stringify(pod)),
  ].join('\n');
}
