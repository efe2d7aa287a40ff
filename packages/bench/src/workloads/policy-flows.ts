import {
  addedAddress,
  addressCount,
  cidrCount,
  cidrPolicy,
  createFlows,
  createRules,
  groupEach,
  oneGroup,
  ruleCount,
  ruleMessages,
  state,
} from '../policy/messages.js';
import { summarize } from '../measure/summary.js';
import type { Context, Row, Workload } from '../workload.js';

/** What the controller says of policies, as far as the flows of one Node: not their way to the switch. */
export const policyFlows: Workload = {
  name: 'policy-flows',
  description: 'flows of policy rules computed in one thread, from the controller’s messages; not sent to a switch',
  run: async (context) => [
    ...(await rulesToFlows(context, 'a group each', groupEach)),
    ...(await rulesToFlows(context, 'one group', oneGroup)),
    await manyCidrs(context),
    await oneAddress(context),
  ],
};

/** Rules that are known, with their members, to flows with their keys. */
async function rulesToFlows(context: Context, how: string, groupOf: (rule: number) => string): Promise<Row[]> {
  context.progress(`${ruleCount} rules of ${addressCount} addresses, ${how}`);
  const changes = nodeOf(groupOf).rules.takeChanges();
  const samples = await sampled(context, { few: 3, many: 40 }, () => {
    const flows = createFlows();
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
  const policy = cidrPolicy();
  const samples = await sampled(context, { few: 3, many: 25 }, () => {
    const node = nodeOf(oneGroup);
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
    goal: '500 ms, with the switch',
  };
}

async function oneAddress(context: Context): Promise<Row> {
  context.progress('one address more');
  const node = nodeOf(oneGroup);
  node.take();
  let index = 0;
  const samples = await sampled(context, { few: 20, many: 2_000 }, () => {
    index += 1;
    const patch = addedAddress(index);
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
    goal: '5 ms (p99), with the switch',
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

/** A Node that knows the rules. */
function nodeOf(groupOf: (rule: number) => string) {
  const rules = createRules();
  const flows = createFlows();
  state(rules, ruleMessages(groupOf));
  const take = (): number => {
    flows.apply(rules.takeChanges());
    return flows.takeChanges().set.size;
  };
  return { rules, take };
}
