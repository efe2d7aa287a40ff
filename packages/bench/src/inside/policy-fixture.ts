import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createStores, type ControlplaneStores } from '@antrea-ts/controller';
import type { ClusterPolicies } from '@antrea-ts/policy';
import type { FixtureObjects } from '../fixtures/cluster-objects.js';
import {
  applyTo,
  createPolicies,
  eventsOf,
  feed,
  informerStores,
  keyOf,
  type ComputedState,
  type InformerStores,
} from '../fixtures/compute-policy.js';
import { readObjects, writeComputed, writeObjects } from '../fixtures/fixture-files.js';
import { fixtures } from '../fixtures/fixtures.js';
import { mainThreadMs, residentPeakMiB } from '../measure/process-stats.js';

export interface PolicyFixtureRequest {
  /** A fixture by name, or a file with objects. */
  readonly fixture: string;
  readonly scale: number;
  /** How many Pods are then relabelled, one after the other. */
  readonly relabels: number;
  /** Where to write the objects and what was computed. */
  readonly directory?: string;
}

export interface PolicyFixtureAnswer {
  /**
   * From nothing, with all objects at the informers, to the controller's stores and the events for who watches all. What
   * of it processors worked, garbage collection and compilation on other threads included, and what the main thread did.
   */
  readonly milliseconds: number;
  readonly processorMs: number;
  readonly mainThreadMs: number;
  /** The most that the process had in memory, with the objects themselves. */
  readonly peakMiB: number;
  /** What is needed for the objects alone, and with what was computed, after a collection. */
  readonly objectsHeapMiB: number;
  readonly heapMiB: number;
  readonly counts: Readonly<Record<keyof FixtureObjects, number>>;
  readonly computed: Readonly<Record<keyof ComputedState, number>>;
  /** What the stores take to tell an agent of its Node all that it needs first, for one Node after the other. */
  readonly firstListsMs: readonly number[];
  readonly relabelMs: readonly number[];
  /** Of these, those during which the kernel gave no processor of this process to another one. */
  readonly undisturbedRelabelMs: readonly number[];
  readonly files: readonly string[];
}

/** Computes a fixture in this process, which does nothing else. */
export async function measurePolicyFixture(request: PolicyFixtureRequest): Promise<PolicyFixtureAnswer> {
  const objects = await objectsOf(request);
  const informers = informerStores(objects);
  const objectsHeapMiB = heapMiB();
  const { policies, stores, figures } = compute(informers);
  const peakMiB = await residentPeakMiB(process.pid);
  const answer = { ...figures, peakMiB, objectsHeapMiB, heapMiB: heapMiB(), counts: countsOf(objects) };
  // The policies are asked only now, so that they are in the figure.
  if (policies.counts().networkPolicies !== informers.networkPolicies.size) throw new Error('policies are missing');
  const firstListsMs = await firstLists(stores, objects);
  return {
    ...answer,
    firstListsMs,
    ...(await relabel(objects, request.relabels)),
    files: await writeFiles(request, objects),
  };
}

async function objectsOf({ fixture, scale }: PolicyFixtureRequest): Promise<FixtureObjects> {
  const known = fixtures.find(({ name }) => name === fixture);
  return known ? known.make(scale) : readObjects(await readFile(fixture, 'utf8'));
}

type Figures = Pick<PolicyFixtureAnswer, 'milliseconds' | 'processorMs' | 'mainThreadMs' | 'computed'>;

interface Computed {
  readonly policies: ClusterPolicies;
  readonly stores: ControlplaneStores;
  readonly figures: Figures;
}

/** The events are told and forgotten; the state stays. */
function compute(informers: InformerStores): Computed {
  const [before, ofThread] = [process.cpuUsage(), mainThreadMs()];
  const start = performance.now();
  const policies = createPolicies();
  const stores = createStores();
  feed(policies, informers);
  const changes = policies.takeChanges();
  applyTo(stores, changes);
  const events = eventsOf(changes);
  const milliseconds = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  const figures = {
    milliseconds,
    processorMs: (user + system) / 1_000,
    mainThreadMs: mainThreadMs() - ofThread,
    computed: countsOf(events),
  };
  return { policies, stores, figures };
}

const listedNodes = 100;

/** Agents that come one after the other, each for the objects of its Node and with nobody's changes in between. */
async function firstLists(stores: ControlplaneStores, { pods }: FixtureObjects): Promise<number[]> {
  const nodes = [...new Set(pods.map(({ spec }) => spec?.nodeName ?? ''))].slice(0, listedNodes);
  const samples: number[] = [];
  for (const nodeName of nodes) {
    const start = performance.now();
    for (const store of Object.values(stores)) {
      const watcher = store.watch({ nodeName });
      for await (const piece of watcher) if (piece.includes('"BOOKMARK"')) break;
      watcher.end();
    }
    samples.push(performance.now() - start);
  }
  return samples;
}

function countsOf<K extends string>(lists: Readonly<Record<K, readonly unknown[]>>): Record<K, number> {
  const counts = Object.entries<readonly unknown[]>(lists).map(([kind, list]) => [kind, list.length]);
  return Object.fromEntries(counts) as Record<K, number>;
}

/** Pods take the labels of others, one after the other, and who watches hears of it. */
async function relabel(
  objects: FixtureObjects,
  count: number,
): Promise<Pick<PolicyFixtureAnswer, 'relabelMs' | 'undisturbedRelabelMs'>> {
  const [relabelMs, undisturbedRelabelMs]: [number[], number[]] = [[], []];
  if (count === 0) return { relabelMs, undisturbedRelabelMs };
  const { pods } = objects;
  const policies = createPolicies();
  const stores = createStores();
  feed(policies, informerStores(objects));
  applyTo(stores, policies.takeChanges());
  const events = stores.appliedToGroups.watch({})[Symbol.asyncIterator]();
  for (let piece = ''; !piece.includes('"BOOKMARK"');) piece = (await events.next()).value ?? '';
  for (let index = 0; index < count; index += 1) {
    const pod = pods[(index * 31_676) % pods.length];
    const other = pods[(index * 31_676 + 2) % pods.length];
    if (!pod || !other) throw new Error('there are no Pods to relabel');
    const changed = { ...pod, metadata: { ...pod.metadata, labels: other.metadata.labels ?? {} } };
    const told = events.next();
    const switches = processorsTaken();
    const start = performance.now();
    policies.set('pod', keyOf(pod), changed);
    applyTo(stores, policies.takeChanges());
    await told;
    const milliseconds = performance.now() - start;
    relabelMs.push(milliseconds);
    if (processorsTaken() === switches) undisturbedRelabelMs.push(milliseconds);
  }
  return { relabelMs, undisturbedRelabelMs };
}

/** How often a thread of this process had to leave its processor to another process, though it had work. */
function processorsTaken(): number {
  return process.resourceUsage().involuntaryContextSwitches;
}

async function writeFiles({ fixture, directory }: PolicyFixtureRequest, objects: FixtureObjects): Promise<string[]> {
  if (directory === undefined) return [];
  const name = join(directory, basename(fixture, '.json').replace(/\.objects$/, ''));
  const [input, output] = [`${name}.objects.json`, `${name}.computed.json`];
  await writeObjects(input, objects);
  const policies = createPolicies();
  feed(policies, informerStores(objects));
  await writeComputed(output, eventsOf(policies.takeChanges()));
  return [input, output];
}

function heapMiB(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
}
