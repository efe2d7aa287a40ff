import type { ClusterObjectKind, ClusterObjects } from '@antrea-ts/policy';
import {
  ClusterPolicies,
  NodeRules,
  type ClusterChanges,
  type GroupChange,
  type GroupKind,
  type Refusal,
  type Sha1,
} from '@antrea-ts/policy';
import type { Intent } from '@antrea-ts/policy/verdict';
import type { Flow } from '@antrea-ts/openflow';
import { formatIp, gatewayOf, parseIp, parseMac, type IpAddress, type MacAddress } from '@antrea-ts/net-types';
import { FlowEvaluator } from '../evaluator/index.js';
import { PolicyFlows } from '../features/network-policy/policy-flows.js';
import { recoverRules } from '../features/network-policy/recover.js';
import { createNodePipeline } from '../node-flows.js';
import { podPlaces, type ClusterEvent } from './cluster-events.js';
import { linuxKind, peerMac, podCidrsOf, profileOf, type NodeKind } from './node-kind.js';
import { nodeProfile } from './node-profile.js';

const nodeNumbers = [1, 2] as const;

/** SHA-1, as names of groups and ids of rules are made of. */
export interface Hashes {
  readonly ofName: Sha1;
  readonly ofRule: (text: string) => string;
}

/** The MAC address of a Pod, by its port. */
export function podMac(ofPort: number): MacAddress {
  return parseMac(`0e:00:00:00:00:${ofPort.toString(16).padStart(2, '0')}`);
}

/** A Node that follows what the controller computes, as an agent does. */
export class SoftwareNode {
  readonly name: string;
  readonly flows: PolicyFlows;
  readonly rules: NodeRules;
  readonly #base: Flow[];

  readonly kind: NodeKind;

  /** `installed`: flows of policies that a switch has, whose ids and priorities are kept where their rules come. */
  constructor(
    number: (typeof nodeNumbers)[number],
    { hash, kind, installed = [] }: { hash: Hashes['ofRule']; kind: NodeKind; installed?: Iterable<Flow> | undefined },
  ) {
    this.name = `n${number}`;
    this.kind = kind;
    this.rules = new NodeRules({ hash });
    const gateways = podCidrsOf(number, kind).map((cidr) => formatIp(gatewayOf(cidr)));
    const profile = nodeProfile(profileOf(number, kind), gateways);
    const pipeline = createNodePipeline(profile);
    const remote = parseIp('192.168.77.2');
    const isOfFamily = ({ family }: IpAddress): boolean => kind.profile.families.includes(family);
    this.#base = [
      ...pipeline.base(),
      ...pipeline.peer({
        path: kind.path === 'tunnel' ? { kind: 'tunnel', remote } : { kind: 'direct', mac: peerMac, remote },
        podCidrs: podCidrsOf(3 - number, kind),
      }),
      ...podPlaces
        .filter(({ node }) => node === this.name)
        .flatMap(({ ofPort, addresses }) =>
          pipeline.pod({ ofPort, addresses: addresses.map(parseIp).filter(isOfFamily), mac: podMac(ofPort) }),
        ),
    ];
    const settings = { controllerId: 1, meters: false, denyTracking: false };
    this.flows = new PolicyFlows(profile, settings, recoverRules(installed));
    for (const kind of ['networkPolicies', 'appliedToGroups', 'addressGroups'] as const) this.rules.replace(kind, []);
  }

  take(changes: ClusterChanges, pods: readonly ClusterObjects['pod'][]): void {
    for (const change of changes.appliedToGroups) this.#takeGroup('appliedToGroups', change);
    for (const change of changes.addressGroups) this.#takeGroup('addressGroups', change);
    for (const { before, after } of changes.networkPolicies) {
      if (before && (before.name !== after?.name || !after.span.has(this.name))) {
        this.rules.remove('networkPolicies', before.name);
      }
      if (after?.span.has(this.name)) this.#accepted(this.rules.set('networkPolicies', after.wire));
    }
    for (const { key, node, ofPort, addresses } of podPlaces) {
      if (node !== this.name) continue;
      const pod = pods.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === key);
      const isRunning = pod !== undefined && pod.status?.phase === 'Running';
      this.flows.setPod(key, isRunning ? { ofPort, addresses: addresses.map(parseIp) } : undefined);
    }
    this.flows.apply(this.rules.takeChanges());
    this.flows.takeChanges();
  }

  evaluator(): FlowEvaluator {
    return new FlowEvaluator([...this.#base, ...this.flows.flows().values()]);
  }

  #takeGroup(kind: GroupKind, { before, after, members }: GroupChange): void {
    const isHere = after?.span.has(this.name) ?? false;
    const wasHere = before?.span.has(this.name) ?? false;
    if (before && (!isHere || before.name !== after?.name)) this.rules.remove(kind, before.name);
    if (!after || !isHere) return;
    const mine = (all: ReturnType<typeof after.members>) =>
      all.filter(({ node }) => kind === 'addressGroups' || node === this.name).map(({ member }) => member);
    const metadata = { name: after.name, uid: after.uid };
    if (wasHere && members) {
      const [addedGroupMembers, removedGroupMembers] = [mine(members.added), mine(members.removed)];
      this.#accepted(this.rules.patch(kind, { metadata, addedGroupMembers, removedGroupMembers }));
    } else this.#accepted(this.rules.set(kind, { metadata, groupMembers: mine(after.members()) }));
  }

  #accepted(refusal: Refusal | undefined): void {
    if (refusal) throw new Error(`${this.name}: ${refusal.kind} ${refusal.name} ${refusal.reason}`);
  }
}

/** The cluster twice: as its objects, and as the flows that were computed from them step by step. */
export class SoftwareCluster {
  readonly nodes: readonly SoftwareNode[];
  readonly policies: ClusterPolicies;
  readonly #objects = new Map<string, ClusterEvent>();

  /** `before`: a cluster whose switches have flows already. `kind`: of its Nodes. */
  constructor({ ofName, ofRule }: Hashes, before?: SoftwareCluster, kind: NodeKind = linuxKind) {
    this.policies = new ClusterPolicies({ sha1: ofName });
    this.nodes = nodeNumbers.map((number, index) => {
      const installed = before?.nodes[index]?.flows.flows().values();
      return new SoftwareNode(number, { hash: ofRule, kind, installed });
    });
  }

  /** Everything that is there, as events that make it so. */
  get objects(): readonly ClusterEvent[] {
    return [...this.#objects.values()];
  }

  apply(events: readonly ClusterEvent[]): void {
    for (const event of events) {
      const { kind, key, object } = event;
      this.policies.set(kind, key, object);
      if (object) this.#objects.set(`${kind}/${key}`, event);
      else this.#objects.delete(`${kind}/${key}`);
    }
    const changes = this.policies.takeChanges();
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
