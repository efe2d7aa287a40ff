import { createHash } from 'node:crypto';
import type { ClusterObjectKind, ClusterObjects } from '@antrea-ts/policy';
import { ClusterPolicies, NodeRules, type ClusterChanges, type GroupChange, type GroupKind } from '@antrea-ts/policy';
import { judge, type Decision, type Intent, type Packet, type Verdict } from '@antrea-ts/policy/verdict';
import { formatFlow, type Flow } from '@antrea-ts/openflow';
import { formatIp, parseCidr, parseIp, parseMac, type IpAddress } from '@antrea-ts/net-types';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  FlowEvaluator,
  isRejected,
  policyDecisions,
  type EvaluatedPacket,
  type Evaluation,
} from './evaluator/index.js';
import { virtualMac } from './features/neighbours.js';
import { PolicyFlows } from './features/network-policy/policy-flows.js';
import { createNodePipeline } from './node-flows.js';
import type { NodeProfile } from './profile.js';
import * as arbitrary from './testing/cluster-events.js';

const sha1 = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex');
const hash = (text: string): string => createHash('sha1').update(text).digest('hex').slice(0, 16);
const gatewayPort = 2;
const tunnelPort = 1;
const gatewayMac = parseMac('0e:00:00:00:00:01');
const mac = (ofPort: number) => parseMac(`0e:00:00:00:00:${ofPort.toString(16).padStart(2, '0')}`);
const nodeNumbers = [1, 2] as const;

/** A Node that follows what the controller computes, as an agent does. */
class SoftwareNode {
  readonly name: string;
  readonly gatewayAddresses: readonly IpAddress[];
  readonly flows: PolicyFlows;
  readonly #rules = new NodeRules({ hash });
  readonly #base: Flow[];

  constructor(number: (typeof nodeNumbers)[number]) {
    this.name = `n${number}`;
    this.gatewayAddresses = [parseIp(`10.10.${number}.1`), parseIp(`fd10:${number}::1`)];
    const profile: NodeProfile = {
      mode: 'encap',
      families: ['ipv4', 'ipv6'],
      gateway: { ofPort: gatewayPort, mac: gatewayMac, addresses: this.gatewayAddresses },
      tunnelOfPort: tunnelPort,
      proxy: true,
      antreaPolicy: true,
      egress: false,
      serviceCidrs: [],
      hostSource: 'packetMark',
      cookieRound: 1,
    };
    const pipeline = createNodePipeline(profile);
    const other = 3 - number;
    const podCidrs = [parseCidr(`10.10.${other}.0/24`), parseCidr(`fd10:${other}::/64`)];
    this.#base = [
      ...pipeline.base(),
      ...pipeline.peer({ path: { kind: 'tunnel', remote: parseIp('192.168.77.2') }, podCidrs }),
      ...arbitrary.podPlaces
        .filter(({ node }) => node === this.name)
        .flatMap(({ ofPort, addresses }) =>
          pipeline.pod({ ofPort, addresses: addresses.map(parseIp), mac: mac(ofPort) }),
        ),
    ];
    this.flows = new PolicyFlows(profile, { controllerId: 1, meters: false, denyTracking: false });
    for (const kind of ['networkPolicies', 'appliedToGroups', 'addressGroups'] as const) this.#rules.replace(kind, []);
  }

  take(changes: ClusterChanges, pods: readonly ClusterObjects['pod'][]): void {
    for (const change of changes.appliedToGroups) this.#takeGroup('appliedToGroups', change);
    for (const change of changes.addressGroups) this.#takeGroup('addressGroups', change);
    for (const { before, after } of changes.networkPolicies) {
      if (before && (before.name !== after?.name || !after.span.has(this.name))) {
        this.#rules.remove('networkPolicies', before.name);
      }
      if (after?.span.has(this.name)) this.#accepted(this.#rules.set('networkPolicies', after.wire));
    }
    for (const { key, node, ofPort, addresses } of arbitrary.podPlaces) {
      if (node !== this.name) continue;
      const pod = pods.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === key);
      const isRunning = pod !== undefined && pod.status?.phase === 'Running';
      this.flows.setPod(key, isRunning ? { ofPort, addresses: addresses.map(parseIp) } : undefined);
    }
    this.flows.apply(this.#rules.takeChanges());
    this.flows.takeChanges();
  }

  evaluator(): FlowEvaluator {
    return new FlowEvaluator([...this.#base, ...this.flows.flows().values()]);
  }

  #takeGroup(kind: GroupKind, { before, after, members }: GroupChange): void {
    const isHere = after?.span.has(this.name) ?? false;
    const wasHere = before?.span.has(this.name) ?? false;
    if (before && (!isHere || before.name !== after?.name)) this.#rules.remove(kind, before.name);
    if (!after || !isHere) return;
    const mine = (all: ReturnType<typeof after.members>) =>
      all.filter(({ node }) => kind === 'addressGroups' || node === this.name).map(({ member }) => member);
    const metadata = { name: after.name, uid: after.uid };
    if (wasHere && members) {
      const [addedGroupMembers, removedGroupMembers] = [mine(members.added), mine(members.removed)];
      this.#accepted(this.#rules.patch(kind, { metadata, addedGroupMembers, removedGroupMembers }));
    } else this.#accepted(this.#rules.set(kind, { metadata, groupMembers: mine(after.members()) }));
  }

  #accepted(refusal: unknown): void {
    expect(refusal).toBeUndefined();
  }
}

/** The cluster twice: as its objects, and as the flows that were computed from them step by step. */
class SoftwareCluster {
  readonly nodes = nodeNumbers.map((number) => new SoftwareNode(number));
  readonly #policies = new ClusterPolicies({ sha1 });
  readonly #objects = new Map<string, { kind: ClusterObjectKind; object: ClusterObjects[ClusterObjectKind] }>();

  apply(events: readonly arbitrary.ClusterEvent[]): void {
    for (const { kind, key, object } of events) {
      this.#policies.set(kind, key, object);
      if (object) this.#objects.set(`${kind}/${key}`, { kind, object });
      else this.#objects.delete(`${kind}/${key}`);
    }
    const changes = this.#policies.takeChanges();
    for (const node of this.nodes) node.take(changes, this.#all('pod'));
  }

  get intent(): Intent {
    return {
      namespaces: this.#all('namespace'),
      pods: this.#all('pod'),
      externalEntities: this.#all('externalEntity'),
      services: this.#all('service'),
      k8sNetworkPolicies: this.#all('k8sNetworkPolicy'),
      antreaNetworkPolicies: this.#all('antreaNetworkPolicy'),
      clusterNetworkPolicies: this.#all('clusterNetworkPolicy'),
      tiers: this.#all('tier'),
      clusterGroups: this.#all('clusterGroup'),
    };
  }

  #all<K extends ClusterObjectKind>(wanted: K): ClusterObjects[K][] {
    return [...this.#objects.values()].flatMap(({ kind, object }) =>
      kind === wanted ? [object as ClusterObjects[K]] : [],
    );
  }
}

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
    inPort: from?.ofPort ?? (isFromPeer ? tunnelPort : gatewayPort),
    sourceMac: from ? mac(from.ofPort) : gatewayMac,
    destinationMac: isFromPeer ? virtualMac : to ? mac(to.ofPort) : gatewayMac,
    source: packet.source,
    destination: packet.destination,
    protocol: protocols[packet.protocol],
    ...(packet.protocol === 'ICMP'
      ? { icmpType: isIpv6 ? 128 : 8 }
      : { sourcePort: 40_000, destinationPort: packet.port ?? 0 }),
    ...(packet.sourceNode === node.name ? { packetMark: 1 } : {}),
  };
}

function send(nodes: readonly SoftwareNode[], evaluators: readonly FlowEvaluator[], probe: arbitrary.Probe): Seen {
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
function known(): [arbitrary.ClusterEvent[], arbitrary.ClusterEvent[][], arbitrary.Probe[]][] {
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
  const probe = (source: string, destination: string): arbitrary.Probe => ({
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
const cases = isLong ? { numRuns: 2000 } : { numRuns: 60, seed: 1 };

it(
  'what flows do is what users wrote, whatever changed on the way',
  () => {
    const batches = fc.array(fc.array(arbitrary.event, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 5 });
    const probes = fc.array(arbitrary.probe, { minLength: 25, maxLength: 40 });
    fc.assert(
      fc.property(arbitrary.policies, batches, probes, (policies, changes, sent) => {
        const cluster = new SoftwareCluster();
        for (const events of [[...arbitrary.groundwork, ...policies], ...changes]) {
          cluster.apply(events);
          const { intent } = cluster;
          const evaluators = cluster.nodes.map((node) => node.evaluator());
          for (const probe of sent) {
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
      { ...cases, examples: known() },
    );
  },
  isLong ? 3_600_000 : 120_000,
);

function explain({ packet }: arbitrary.Probe, expected: Verdict, seen: Seen, intent: Intent): string {
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
