import { setImmediate as nextTurn } from 'node:timers/promises';
import { itemKey, type SwitchItem } from '@antrea-ts/openflow';
import { sameItem, switchDriver } from '@antrea-ts/ovs';
import { whyNoPrivateOvs } from '@antrea-ts/ovs/testing';
import { createNodePipeline, FlowOwners, ServiceFlows, type FlowChanges } from '@antrea-ts/pipeline';
import { readEndpointSlice, readService, ServicePorts, type EndpointSliceObject } from '@antrea-ts/proxy';
import { planDiff } from '@antrea-ts/reconcile';
import { residentMiB, untilIdle } from '../measure/process-stats.js';
import { timed } from '../measure/repeat.js';
import { summarize } from '../measure/summary.js';
import { bridgeName, withBridge, type Bridge } from '../switch/with-bridge.js';
import type { Context, Row, Workload } from '../workload.js';
import { nodeProfile } from '@antrea-ts/pipeline/testing';

const endpointsEach = 7;
/** As the agent does, so that the connection to the switch is served meanwhile. */
const servicesPerTurn = 500;

const profile = nodeProfile({}, ['10.10.0.1']);

/** From Services and EndpointSlices in memory to the switch's acknowledgement. */
export const services: Workload = {
  name: 'services',
  description: 'Services of many Endpoints into an empty bridge, and one Endpoint more among few and many Services',
  whyNot: whyNoPrivateOvs,
  run: (context) =>
    withBridge(async (bridge) => {
      const rows = [await installAll(bridge, context)];
      for (const count of context.quick ? [10, 100] : [100, 30_000])
        rows.push(...(await oneChange(bridge, count, context)));
      return rows;
    }, context),
};

/** What an agent does with Services, without Kubernetes. */
class Node {
  readonly #ports = new ServicePorts({ name: 'node-1' }, ['ipv4']);
  readonly #flows = new ServiceFlows(profile, { controllerId: 1, meters: false });
  readonly #owners = new FlowOwners<SwitchItem>();
  readonly #installed = new Map<string, SwitchItem>();

  async state(count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) {
      if (index % servicesPerTurn === 0) await nextTurn();
      this.#ports.setService(`ns/s${index}`, readService(serviceObject(index)));
      this.#ports.setEndpoints(`ns/s${index}`, readEndpointSlice(sliceObject(index, endpointsEach)));
    }
  }

  change(service: number, endpoints: number): void {
    this.#ports.setEndpoints(`ns/s${service}`, readEndpointSlice(sliceObject(service, endpoints)));
  }

  /** Applies what was stated; gives how many flows, groups and Endpoints that were. */
  async apply({ openflow }: Bridge, base: readonly SwitchItem[], signal: AbortSignal): Promise<number> {
    const desired = new Map<string, SwitchItem>(base.map((item) => [itemKey(item), item]));
    const observed = new Map<string, SwitchItem>();
    const take = (id: string, changes: FlowChanges<SwitchItem>): void =>
      this.#owners.patch(id, changes, (key, before, now) => {
        const had = this.#installed.get(key);
        if (had) observed.set(key, had);
        if (now) desired.set(key, now);
        else if (before) desired.delete(key);
      });
    do {
      const { changed, removed } = this.#ports.takeChanges(servicesPerTurn);
      for (const id of removed.keys()) take(id, this.#flows.remove(id));
      for (const [id, port] of changed) take(id, this.#flows.set(port));
      if (this.#ports.hasChanges) await nextTurn();
    } while (this.#ports.hasChanges);
    const plan = planDiff(desired, observed, sameItem);
    for (const outcome of await switchDriver(openflow).apply(plan, { signal })) if (!outcome.ok) throw outcome.error;
    for (const [key, item] of desired) this.#installed.set(key, item);
    for (const key of plan.remove.keys()) this.#installed.delete(key);
    return desired.size;
  }
}

async function installAll(bridge: Bridge, { quick, signal, progress }: Context): Promise<Row> {
  const count = quick ? 100 : 4_000;
  const samples: number[] = [];
  for (let index = 0; index < (quick ? 2 : 7); index += 1) {
    progress(`${count} Services, ${index + 1}`);
    await clear(bridge, signal);
    const node = new Node();
    const base = createNodePipeline(profile).base();
    samples.push(
      (await timed(async () => {
        await node.state(count);
        await node.apply(bridge, base, signal);
      })) / 1_000,
    );
  }
  return {
    what: `${count} Services with ${count * endpointsEach} Endpoints, from objects into the switch`,
    unit: 's',
    better: 'lower',
    ours: summarize(samples, 'lower'),
    goal: '3 s',
  };
}

async function oneChange(bridge: Bridge, count: number, { quick, signal, progress }: Context): Promise<Row[]> {
  progress(`one Endpoint among ${count} Services`);
  await clear(bridge, signal);
  const node = new Node();
  await node.state(count);
  await node.apply(bridge, createNodePipeline(profile).base(), signal);
  await untilIdle(bridge.ovs.vswitchdPid, { signal });
  const samples: number[] = [];
  for (let index = quick ? 0 : -20; index < (quick ? 10 : 500); index += 1) {
    signal.throwIfAborted();
    const took = await timed(async () => {
      node.change((index + 20) % count, endpointsEach + 1);
      await node.apply(bridge, [], signal);
    });
    if (index >= 0) samples.push(took);
    node.change((index + 20) % count, endpointsEach);
    await node.apply(bridge, [], signal);
  }
  return [
    {
      what: `one Endpoint more, among ${count} Services, into the switch`,
      unit: 'ms',
      better: 'lower',
      ours: summarize(samples, 'lower'),
      goal: 'among 30,000 at most 1.2x of among 100',
    },
    {
      what: `RSS of this process with ${count} Services`,
      unit: 'MiB',
      better: 'lower',
      ours: summarize([await residentMiB(process.pid)], 'lower'),
    },
  ];
}

async function clear({ ovs, openflow }: Bridge, signal: AbortSignal): Promise<void> {
  await ovs.ofctl('-O', 'OpenFlow13', 'del-flows', bridgeName);
  await ovs.ofctl('-O', 'OpenFlow13', 'del-groups', bridgeName);
  await openflow.barrier({ signal });
  await untilIdle(ovs.vswitchdPid, { signal });
}

function serviceObject(index: number) {
  return {
    metadata: { namespace: 'ns', name: `s${index}` },
    spec: { clusterIPs: [`10.${96 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`], ports: [{ port: 80 }] },
  };
}

function sliceObject(index: number, endpoints: number): EndpointSliceObject {
  return {
    metadata: { namespace: 'ns', name: `s${index}-a`, labels: { 'kubernetes.io/service-name': `s${index}` } },
    addressType: 'IPv4',
    ports: [{ port: 8080, protocol: 'TCP' }],
    endpoints: Array.from({ length: endpoints }, (_, each) => {
      const host = index * 8 + each;
      return { addresses: [`10.${128 + (host >> 16)}.${(host >> 8) & 255}.${host & 255}`], nodeName: `node-${each}` };
    }),
  };
}
