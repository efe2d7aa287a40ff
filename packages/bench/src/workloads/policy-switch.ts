import { writeFile } from 'node:fs/promises';
import { Dataplane, NodePolicies } from '@antrea-ts/agent';
import { formatFlow, type Flow } from '@antrea-ts/openflow';
import { switchDriver } from '@antrea-ts/ovs';
import { whyNoPrivateOvs } from '@antrea-ts/ovs/testing';
import { silentLogger, systemClock } from '@antrea-ts/runtime';
import { repeat, timed } from '../measure/repeat.js';
import { untilIdle } from '../measure/process-stats.js';
import { summarize } from '../measure/summary.js';
import {
  addedAddress,
  addressCount,
  cidrCount,
  cidrPolicy,
  createFlows,
  createRules,
  groupEach,
  oneGroup,
  policyMessages,
  ruleCount,
  ruleMessages,
  state,
  type Messages,
} from '../policy/messages.js';
import { bridgeName, withBridge, type Bridge } from '../switch/with-bridge.js';
import type { Context, Row, Workload } from '../workload.js';

/** As `policy-flows`, and on: from the controller's messages until Open vSwitch has acknowledged. */
export const policySwitch: Workload = {
  name: 'policy-switch',
  description: 'policy from the controller’s messages until Open vSwitch has acknowledged its flows',
  whyNot: whyNoPrivateOvs,
  run: (context) =>
    withBridge(async (bridge) => {
      await addMeter(bridge);
      const rows: Row[] = [];
      for (const { what, goal, messages } of batches) rows.push(await batch(what, goal, messages(), bridge, context));
      rows.push(await oneAddress(bridge, context));
      return rows;
    }, context),
};

const batches: readonly { what: string; goal: string; messages: () => Messages }[] = [
  {
    what: `${ruleCount} rules of ${addressCount} addresses (a group each), from messages to acknowledged`,
    goal: '≥ 1.5x',
    messages: () => ruleMessages(groupEach),
  },
  {
    what: `one policy of ${cidrCount} CIDRs, from message to acknowledged`,
    goal: '500 ms',
    messages: () => policyMessages(cidrPolicy()),
  },
];

async function batch(
  what: string,
  goal: string,
  messages: Messages,
  bridge: Bridge,
  { quick, signal, progress }: Context,
): Promise<Row> {
  progress(what);
  const file = bridge.file('policy-flows');
  const ours: number[] = [];
  const peer: number[] = [];
  // By turns, so that a busy moment of the machine meets both; the first of each warms up.
  for (let index = quick ? 0 : -1; index < (quick ? 1 : 9); index += 1) {
    await clear(bridge, signal);
    const node = await startNode(bridge, signal);
    const took = await timed(() => {
      state(node.policies.rules, messages);
      return node.policies.settled({ signal });
    });
    const flows = node.flows();
    await node.stop();
    await writeFile(file, flows.map((flow) => `${formatFlow(flow)}\n`).join(''));
    await clear(bridge, signal);
    const load = () => bridge.ovs.ofctl('-O', 'OpenFlow13', '--bundle', 'add-flows', bridgeName, file);
    const peerTook = await timed(load);
    if (index < 0) continue;
    ours.push(took);
    peer.push(peerTook);
  }
  return {
    what,
    unit: 'ms',
    better: 'lower',
    ours: summarize(ours, 'lower'),
    peer: { tool: 'ovs-ofctl --bundle add-flows', summary: summarize(peer, 'lower') },
    goal,
  };
}

async function oneAddress(bridge: Bridge, { quick, signal, progress }: Context): Promise<Row> {
  const what = `one address added to a group that ${ruleCount} rules use, from message to acknowledged`;
  progress(what);
  await clear(bridge, signal);
  const node = await startNode(bridge, signal);
  try {
    state(node.policies.rules, ruleMessages(oneGroup));
    await node.policies.settled({ signal });
    const add = (index: number): Promise<void> => {
      node.policies.patch('addressGroups', addedAddress(index));
      return node.policies.settled({ signal });
    };
    const samples = await repeat(quick ? 20 : 1_000, add, { signal, warmUp: quick ? 0 : 50 });
    return { what, unit: 'ms', better: 'lower', ours: summarize(samples, 'lower'), goal: '5 ms (p99)' };
  } finally {
    await node.stop();
  }
}

/** The part of an agent that policies go through, with nothing else on the bridge. */
async function startNode({ openflow }: Bridge, signal: AbortSignal) {
  const flows = createFlows();
  const modules = { logger: silentLogger, clock: systemClock };
  const dataplane = new Dataplane({ ...modules, driver: switchDriver(openflow) });
  dataplane.start();
  await dataplane.settled({ signal });
  const policies = new NodePolicies({ ...modules, rules: createRules(), flows, dataplane });
  return {
    policies,
    flows: (): Flow[] => [...flows.flows().values()],
    stop: () => dataplane.stop(),
  };
}

/** The one that flows which log refer to. */
async function addMeter({ ovs }: Bridge): Promise<void> {
  await ovs.ofctl(
    '-O',
    'OpenFlow13',
    'add-meter',
    bridgeName,
    'meter=1,pktps,burst,bands=type=drop,rate=100,burst_size=200',
  );
}

async function clear({ ovs, openflow }: Bridge, signal: AbortSignal): Promise<void> {
  await ovs.ofctl('-O', 'OpenFlow13', 'del-flows', bridgeName);
  await openflow.barrier({ signal });
  await untilIdle(ovs.vswitchdPid, { signal });
}
