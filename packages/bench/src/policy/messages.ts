import { createHash } from 'node:crypto';
import type { ControlplaneGroup, ControlplaneNetworkPolicy, GroupMember } from '@antrea-ts/apis';
import { ipFromValue, ipToBytes, parseIp } from '@antrea-ts/net-types';
import { PolicyFlows } from '@antrea-ts/pipeline';
import { NodeRules, type ControlplaneKind } from '@antrea-ts/policy';
import { nodeProfile } from '@antrea-ts/pipeline/testing';

export const ruleCount = 100;
export const addressCount = 500;
export const cidrCount = 15_000;

export const profile = nodeProfile({}, ['10.10.0.1']);

/** All rules have one group. */
export const oneGroup = (): string => 'group-0';
/** Each rule has a group of its own. */
export const groupEach = (rule: number): string => `group-${rule}`;

/** All objects of each kind, as the controller tells them at the begin of a watch. */
export type Messages = Readonly<Record<ControlplaneKind, readonly object[]>>;

const targets = [{ metadata: { name: 'targets' }, groupMembers: [{ pod: { namespace: 'ns', name: 'web' } }] }];

/** What the controller says of rules with groups of addresses, for one local Pod. */
export function ruleMessages(groupOf: (rule: number) => string): Messages {
  const indexes = Array.from({ length: ruleCount }, (_, index) => index);
  const names = [...new Set(indexes.map(groupOf))];
  return {
    networkPolicies: indexes.map((index) =>
      policyOf(`policy-${index}`, { from: { addressGroups: [groupOf(index)] } }, 1000 + index),
    ),
    appliedToGroups: targets,
    addressGroups: names.map((name, at): ControlplaneGroup => ({
      metadata: { name },
      groupMembers: Array.from({ length: addressCount }, (_, index) => memberOf(at * addressCount + index)),
    })),
  };
}

/** What it says of one policy for that Pod. */
export function policyMessages(policy: ControlplaneNetworkPolicy): Messages {
  return { networkPolicies: [policy], appliedToGroups: targets, addressGroups: [] };
}

export function state(rules: NodeRules, messages: Messages): void {
  for (const kind of Object.keys(messages) as ControlplaneKind[]) rules.replace(kind, messages[kind]);
}

/** A policy whose one rule has very many blocks of addresses. */
export function cidrPolicy(): ControlplaneNetworkPolicy {
  const ipBlocks = Array.from({ length: cidrCount }, (_, index) => ({
    cidr: { ip: address(index * 16), prefixLength: 28 },
  }));
  return policyOf('cidrs', { from: { ipBlocks } });
}

/** One address more for a group that has been stated. */
export function addedAddress(index: number): object {
  return { metadata: { name: 'group-0' }, addedGroupMembers: [memberOf(1_000_000 + index)] };
}

export function createRules(): NodeRules {
  return new NodeRules({ hash: (text) => createHash('sha1').update(text).digest('hex').slice(0, 16) });
}

/** Flows of a Node with one Pod that all rules are for. */
export function createFlows(): PolicyFlows {
  const flows = new PolicyFlows(profile, { controllerId: 1, meters: true, denyTracking: false });
  flows.setPod('ns/web', { ofPort: 5, addresses: [parseIp('10.10.0.5')] });
  return flows;
}

function policyOf(
  uid: string,
  rule: Partial<NonNullable<ControlplaneNetworkPolicy['rules']>[number]>,
  port = 80,
): ControlplaneNetworkPolicy {
  return {
    metadata: { name: uid, generation: 1 },
    appliedToGroups: ['targets'],
    rules: [{ direction: 'In', services: [{ protocol: 'TCP', port }], enableLogging: false, priority: -1, ...rule }],
    sourceRef: { type: 'K8sNetworkPolicy', namespace: 'ns', name: uid, uid },
  };
}

function memberOf(index: number): GroupMember {
  return { pod: { namespace: 'ns', name: `pod-${index}` }, ips: [address(index)] };
}

function address(index: number): string {
  return Buffer.from(ipToBytes(ipFromValue('ipv4', 0x0a00_0000 + index))).toString('base64');
}
