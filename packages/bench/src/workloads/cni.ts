import { antreaConfig, bridgeConfig, hostLocalConfig, type CniCall } from '../cni/cni-call.js';
import { CniNode, node, standardPlugin } from '../cni/cni-node.js';
import { cniPlugin, whyNoLab, withLab } from '../lab/bench-lab.js';
import { summarize, type Summary } from '../measure/summary.js';
import type { Context, Row, Workload } from '../workload.js';

/** Calls of a way to connect Pods, in milliseconds each. */
type Caller = (calls: readonly CniCall[], atOnce: number) => Promise<number[]>;

interface AddAndDel {
  readonly add: Summary;
  readonly del: Summary;
  /** Of each round only the first ADDs, and only the last, when the Node has all its Pods. */
  readonly firstAdds: Summary;
  readonly lastAdds: Summary;
}

/** How many calls of a round are its first, and its last. */
const atAnEnd = 10;

interface Plan {
  readonly namespaces: readonly string[];
  readonly atOnce: number;
  readonly rounds: number;
}

/** Connecting Pods and taking them off: the whole call as the runtime sees it, and where its time goes. */
export const cni: Workload = {
  name: 'cni',
  description: 'latency of CNI ADD and DEL: whole call, at the server, and of its parts',
  whyNot: () =>
    whyNoLab() ?? (standardPlugin('host-local') === undefined ? 'the plugin host-local is missing' : undefined),
  run: (context) =>
    withLab(['--nodes', '1'], (lab) => measure(new CniNode(lab, context), () => stopAgent(lab), context), context),
};

async function stopAgent(lab: { run(args: readonly string[]): Promise<unknown> }): Promise<void> {
  await lab.run(['agent', node, 'stop']);
}

async function measure(
  target: CniNode,
  agentStops: () => Promise<void>,
  { quick, progress }: Context,
): Promise<readonly Row[]> {
  const count = quick ? 16 : 100;
  const namespaces = await target.makeNamespaces(count);
  const sequence: Plan = { namespaces, atOnce: 1, rounds: quick ? 1 : 3 };
  const crowd: Plan = { namespaces: namespaces.slice(0, 16), atOnce: 16, rounds: quick ? 1 : 8 };
  const antrea: Caller = (calls, atOnce) => target.antrea(calls, atOnce);
  const server: Caller = (calls, atOnce) => target.server(calls, atOnce);

  progress('warming up');
  await addAndDel('warm', antrea, { ...crowd, rounds: 2 });
  progress(`whole calls, ${count} in sequence, then 16 at once`);
  const whole = await addAndDel('seq', antrea, sequence);
  const wholeCrowd = await addAndDel('crowd', antrea, crowd);
  const many: Plan = { namespaces: namespaces.slice(0, 64), atOnce: 64, rounds: quick ? 1 : 2 };
  const wholeMany = await addAndDel('many', antrea, many);
  progress('calls at the agent’s socket');
  const atServer = await addAndDel('post', server, sequence);
  const atServerCrowd = await addAndDel('posts', server, crowd);
  progress('the parts: a process of the plugin, host-local');
  const version = { file: cniPlugin, env: { CNI_COMMAND: 'VERSION' }, input: antreaConfig };
  const bare = await target.programs(
    Array.from({ length: count }, () => version),
    1,
  );
  const hostLocal = standardPlugin('host-local')!;
  const ipam = await addAndDel('ipam', (...call) => target.plugin(hostLocal, hostLocalConfig, ...call), sequence);
  progress('the bridge plugin');
  const bridge = standardPlugin('bridge');
  await agentStops();
  const asBridge: Caller | undefined =
    bridge === undefined ? undefined : (...call) => target.plugin(bridge, bridgeConfig, ...call);
  const peer = asBridge && (await addAndDel('peer', asBridge, sequence));
  const peerCrowd = asBridge && (await addAndDel('peers', asBridge, crowd));

  const goal = '≤ 15 ms';
  return [
    row(`CNI ADD, whole call, ${count} in sequence`, whole.add, { peer: peer?.add, goal }),
    row(`  the first ${atAnEnd} of them`, whole.firstAdds, { peer: peer?.firstAdds }),
    row(`  the last ${atAnEnd} of them`, whole.lastAdds, { peer: peer?.lastAdds }),
    row(`CNI DEL, whole call, ${count} in sequence`, whole.del, { peer: peer?.del, goal }),
    row('CNI ADD, whole call, 16 at once', wholeCrowd.add, { peer: peerCrowd?.add }),
    row('CNI DEL, whole call, 16 at once', wholeCrowd.del, { peer: peerCrowd?.del }),
    row(`CNI ADD, whole call, ${many.namespaces.length} at once`, wholeMany.add),
    row(`CNI DEL, whole call, ${many.namespaces.length} at once`, wholeMany.del),
    row('CNI ADD, at the server, in sequence', atServer.add),
    row('CNI DEL, at the server, in sequence', atServer.del),
    row('CNI ADD, at the server, 16 at once', atServerCrowd.add),
    row('CNI DEL, at the server, 16 at once', atServerCrowd.del),
    row('part: antrea-cni process that does nothing', summarize(bare, 'lower')),
    row('part: host-local ADD by itself', ipam.add),
    row('part: host-local DEL by itself', ipam.del),
  ];
}

/** In every round each namespace is connected, then each is taken off. */
async function addAndDel(purpose: string, caller: Caller, { namespaces, atOnce, rounds }: Plan): Promise<AddAndDel> {
  const adds: number[][] = [];
  const dels: number[][] = [];
  for (let round = 0; round < rounds; round += 1) {
    const calls = (command: 'ADD' | 'DEL') =>
      namespaces.map((netns, index) => ({ command, netns, containerId: `${purpose}-${round}-${index}` }));
    adds.push(await caller(calls('ADD'), atOnce));
    dels.push(await caller(calls('DEL'), atOnce));
  }
  return {
    add: summarize(adds.flat(), 'lower'),
    del: summarize(dels.flat(), 'lower'),
    firstAdds: summarize(
      adds.flatMap((round) => round.slice(0, atAnEnd)),
      'lower',
    ),
    lastAdds: summarize(
      adds.flatMap((round) => round.slice(-atAnEnd)),
      'lower',
    ),
  };
}

function row(
  what: string,
  ours: Summary,
  { peer, goal }: { readonly peer?: Summary | undefined; readonly goal?: string } = {},
): Row {
  return {
    what,
    unit: 'ms',
    better: 'lower',
    ours,
    ...(peer === undefined ? {} : { peer: { tool: 'bridge plugin with host-local', summary: peer } }),
    ...(goal === undefined ? {} : { goal }),
  };
}
