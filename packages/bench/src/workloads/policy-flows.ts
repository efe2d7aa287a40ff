import { createHash } from 'node:crypto';
import type { ControlplaneGroup, ControlplaneNetworkPolicy, GroupMember } from '@antrea-ts/apis';
import { ipFromValue, ipToBytes, parseIp, parseMac } from '@antrea-ts/net-types';
import { PolicyFlows, type NodeProfile } from '@antrea-ts/pipeline';
import { NodeRules } from '@antrea-ts/policy';
import { summarize } from '../measure/summary.js';
import type { Context, Row, Workload } from '../workload.js';

const ruleCount = 100;
const addressCount = 500;
const cidrCount = 15_000;

const profile: NodeProfile = {
  mode: 'encap',
  families: ['ipv4'],
  gateway: { ofPort: 2, mac: parseMac('0e:00:00:00:00:01'), addresses: [parseIp('10.10.0.1')] },
  tunnelOfPort: 1,
  proxy: true,
  antreaPolicy: true,
  egress: false,
  serviceCidrs: [],
  hostSource: 'packetMark',
  cookieRound: 1,
};

/** What the controller says of policies, as far as the flows of one Node: not their way to the switch. */
export const policyFlows: Workload = {
  name: 'policy-flows',
  description: 'flows of policy rules computed in one thread, from the controller’s messages; not sent to a switch',
  run: async (context) => [
    ...(await rulesToFlows(context, 'a group each', (rule) => `group-${rule}`)),
    ...(await rulesToFlows(context, 'one group', () => 'group-0')),
    await manyCidrs(context),
    await oneAddress(context),
  ],
};

/** Rules that are known, with their members, to flows with their keys. */
async function rulesToFlows(context: Context, how: string, groupOf: (rule: number) => string): Promise<Row[]> {
  context.progress(`${ruleCount} rules of ${addressCount} addresses, ${how}`);
  const changes = nodeOf(groupOf).rules.takeChanges();
  const samples = await sampled(context, { few: 3, many: 40 }, () => {
    const flows = flowsOf();
    return measured(() => {
      flows.apply(changes);
      return flows.takeChanges().set.size;
    });
  });
  const what = `${ruleCount} rules of ${addressCount} addresses (${how}) to flows`;
  return [{ what, unit: 'ms', better: 'lower', ours: summarize(samples, 'lower'), goal: '50 ms' }];
}

async function manyCidrs(context: Context): Promise<Row> {
  context.progress(`${cidrCount} CIDRs`);
  const cidrs = Array.from({ length: cidrCount }, (_, index) => ({
    cidr: { ip: address(index * 16), prefixLength: 28 },
  }));
  const policy = policyOf('cidrs', { from: { ipBlocks: cidrs } });
  const samples = await sampled(context, { few: 3, many: 25 }, () => {
    const node = nodeOf(() => 'group-0');
    node.take();
    return measured(() => {
      node.rules.set('networkPolicies', policy);
      return node.take();
    });
  });
  return {
    what: `one policy of ${cidrCount} CIDRs, from its message to flows`,
    unit: 'ms',
    better: 'lower',
    ours: summarize(samples, 'lower'),
    goal: '0.5 s until they are in the switch',
  };
}

async function oneAddress(context: Context): Promise<Row> {
  context.progress('one address more');
  const node = nodeOf(() => 'group-0');
  node.take();
  let index = 1_000_000;
  const samples = await sampled(context, { few: 20, many: 2_000 }, () => {
    index += 1;
    const patch = { metadata: { name: 'group-0' }, addedGroupMembers: [memberOf(index)] };
    return measured(() => {
      node.rules.patch('addressGroups', patch);
      return node.take();
    });
  });
  return {
    what: `one address added to a group that ${ruleCount} rules use, from its message to flows`,
    unit: 'ms',
    better: 'lower',
    ours: summarize(samples, 'lower'),
    goal: '5 ms (p99) until it is in the switch',
  };
}

/** Milliseconds of each run; lets an interruption through between them. */
async function sampled(
  { quick, signal }: Context,
  { few, many }: { readonly few: number; readonly many: number },
  run: () => number,
): Promise<number[]> {
  const samples: number[] = [];
  for (let index = quick ? 0 : -5; index < (quick ? few : many); index += 1) {
    signal.throwIfAborted();
    const took = run();
    if (index >= 0) samples.push(took);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return samples;
}

function measured(work: () => number): number {
  const start = performance.now();
  const flows = work();
  const took = performance.now() - start;
  if (flows === 0) throw new Error('no flows came of it');
  return took;
}

/** A Node with one Pod that all rules are for. */
function nodeOf(groupOf: (rule: number) => string): { rules: NodeRules; take: () => number } {
  const rules = new NodeRules({ hash: (text) => createHash('sha1').update(text).digest('hex').slice(0, 16) });
  const flows = flowsOf();
  const indexes = Array.from({ length: ruleCount }, (_, index) => index);
  const names = [...new Set(indexes.map(groupOf))];
  rules.replace(
    'networkPolicies',
    indexes.map((index) => policyOf(`policy-${index}`, { from: { addressGroups: [groupOf(index)] } }, 1000 + index)),
  );
  rules.replace('appliedToGroups', [
    { metadata: { name: 'targets' }, groupMembers: [{ pod: { namespace: 'ns', name: 'web' } }] },
  ]);
  rules.replace(
    'addressGroups',
    names.map((name, at): ControlplaneGroup => ({
      metadata: { name },
      groupMembers: Array.from({ length: addressCount }, (_, index) => memberOf(at * addressCount + index)),
    })),
  );
  const take = (): number => {
    flows.apply(rules.takeChanges());
    return flows.takeChanges().set.size;
  };
  return { rules, take };
}

function flowsOf(): PolicyFlows {
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
