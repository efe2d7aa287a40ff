import { setImmediate as nextTurn } from 'node:timers/promises';
import { flowKey, formatFlow, formatGroup, type FlowStats } from '@antrea-ts/openflow';
import type { OpenFlowConnection } from '@antrea-ts/ovs';
import { errorMessage, HttpError, type Router } from '@antrea-ts/runtime';
import type { FlowSelector, Inspection } from '../info/inspection.js';
import type { PodStore } from '../pods/pod-store.js';
import { parseFlowQuery, type FlowQuery } from './flow-query.js';

interface Modules {
  readonly connection: Pick<OpenFlowConnection, 'dumpFlows' | 'dumpGroups'>;
  readonly dataplane: { ownersOf(key: string): readonly string[] };
  readonly store: PodStore;
  readonly inspection: Inspection;
}

/** Adds `/ovsflows`: flows or groups as the switch has them, with their counters, in the words of `ovs-ofctl`. */
export function routeOvsFlows(router: Router, modules: Modules): void {
  router.get('/ovsflows', async ({ query, signal }) => {
    const lines = await linesOf(parseFlowQuery(query), modules, signal);
    return { headers: { 'content-type': 'application/json' }, body: jsonOf(lines) };
  });
}

/** How many flows are looked at in one go: a hundred thousand at once would hold up everything else for a second. */
const linesPerTurn = 500;

async function* jsonOf(lines: Iterable<string | undefined>): AsyncGenerator<string> {
  let text = '';
  let looked = 0;
  let separator = '[';
  for (const flow of lines) {
    if (flow !== undefined) {
      text += `${separator}${JSON.stringify({ flow })}`;
      separator = ',';
    }
    looked += 1;
    if (looked % linesPerTurn !== 0) continue;
    if (text !== '') yield text;
    text = '';
    await nextTurn();
  }
  yield `${text}${separator === '[' ? '[' : ''}]\n`;
}

async function linesOf(query: FlowQuery, modules: Modules, signal: AbortSignal): Promise<Iterable<string | undefined>> {
  if (query.kind === 'groups') return groupLines(query.ids, modules, signal);
  const isWanted = 'name' in query ? selectorOf(query, modules) : undefined;
  const flows = await dumped(async () => {
    const { connection } = modules;
    if (query.kind !== 'tables') return connection.dumpFlows({}, { signal });
    return (await Promise.all(query.tables.map((table) => connection.dumpFlows({ table }, { signal })))).flat();
  });
  return flowLines(flows, isWanted);
}

/** Made one by one, as they are asked for; nothing for a flow that is not wanted. */
function* flowLines(flows: readonly FlowStats[], isWanted: FlowSelector | undefined): Generator<string | undefined> {
  for (const flow of flows) yield isWanted === undefined || isWanted(flowKey(flow)) ? lineOf(flow) : undefined;
}

async function groupLines(
  ids: readonly number[] | undefined,
  { connection }: Modules,
  signal: AbortSignal,
): Promise<Iterable<string | undefined>> {
  const groups = await dumped(() => connection.dumpGroups({ signal }));
  const missing = ids?.find((id) => !groups.some(({ group }) => group === id));
  if (missing !== undefined) throw new HttpError(404, `groups: the switch has no group ${missing}`);
  return groups.filter(({ group }) => ids?.includes(group) ?? true).map(formatGroup);
}

/** Whose flow it is tells the agent, which asked for it. */
function selectorOf(
  { kind, name, namespace }: Extract<FlowQuery, { readonly name: string }>,
  { dataplane, store, inspection: { sources } }: Modules,
): FlowSelector {
  if (kind === 'pod') {
    if (!store.all().some((pod) => pod.podName === name && pod.podNamespace === namespace)) {
      throw new HttpError(404, `pod: Pod ${namespace}/${name} not found on this Node`);
    }
    const prefix = `pod/${namespace}/${name}/`;
    return (key) => dataplane.ownersOf(key).some((owner) => owner.startsWith(prefix));
  }
  const select = kind === 'service' ? sources.serviceFlows : sources.policyFlows;
  if (select === undefined) {
    const off = kind === 'service' ? 'AntreaProxy is not enabled' : 'this agent enforces no policies';
    throw new HttpError(503, off);
  }
  const selector = select(name, namespace);
  const what = kind === 'service' ? 'Service' : 'NetworkPolicy';
  if (selector === undefined) throw new HttpError(404, `${kind}: ${what} ${namespace}/${name} not found`);
  return selector;
}

async function dumped<T>(dump: () => Promise<T>): Promise<T> {
  try {
    return await dump();
  } catch (cause) {
    throw new HttpError(500, `OVS flow dumping failed: ${errorMessage(cause)}`, { cause });
  }
}

/** Cookie and age are left out, as in 1.3. */
function lineOf(flow: FlowStats): string {
  const line = formatFlow(flow, { stats: true });
  return line.slice(line.indexOf('table='));
}
