import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createStores } from '@antrea-ts/controller';
import type { ClusterPolicies } from '@antrea-ts/policy';
import type { FixtureObjects } from '../fixtures/cluster-objects.js';
import { createPolicies, eventsOf, feed, keyOf, type ComputedState } from '../fixtures/compute-policy.js';
import { readObjects, writeComputed, writeObjects } from '../fixtures/fixture-files.js';
import { fixtures } from '../fixtures/fixtures.js';
import { residentPeakMiB } from '../measure/process-stats.js';

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
  /** From nothing to all events, and what of it processors worked, garbage collection on other threads included. */
  readonly milliseconds: number;
  readonly processorMs: number;
  /** The most that the process had in memory, with the objects themselves. */
  readonly peakMiB: number;
  /** What is needed for the objects alone, and with what was computed, after a collection. */
  readonly objectsHeapMiB: number;
  readonly heapMiB: number;
  readonly counts: Readonly<Record<keyof FixtureObjects, number>>;
  readonly computed: Readonly<Record<keyof ComputedState, number>>;
  readonly relabelMs: readonly number[];
  readonly files: readonly string[];
}

/** Computes a fixture in this process, which does nothing else. */
export async function measurePolicyFixture(request: PolicyFixtureRequest): Promise<PolicyFixtureAnswer> {
  const objects = await objectsOf(request);
  const objectsHeapMiB = heapMiB();
  const policies = createPolicies();
  const figures = compute(policies, objects);
  const peakMiB = await residentPeakMiB(process.pid);
  const answer = { ...figures, peakMiB, objectsHeapMiB, heapMiB: heapMiB(), counts: countsOf(objects) };
  const relabelMs = request.relabels > 0 ? await relabel(objects, request.relabels) : [];
  return { ...answer, relabelMs, files: await writeFiles(request, objects) };
}

async function objectsOf({ fixture, scale }: PolicyFixtureRequest): Promise<FixtureObjects> {
  const known = fixtures.find(({ name }) => name === fixture);
  return known ? known.make(scale) : readObjects(await readFile(fixture, 'utf8'));
}

/** The events are told and forgotten; the state stays. */
function compute(
  policies: ClusterPolicies,
  objects: FixtureObjects,
): Pick<PolicyFixtureAnswer, 'milliseconds' | 'processorMs' | 'computed'> {
  const before = process.cpuUsage();
  const start = performance.now();
  feed(policies, objects);
  const events = eventsOf(policies.takeChanges());
  const milliseconds = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  return { milliseconds, processorMs: (user + system) / 1_000, computed: countsOf(events) };
}

function countsOf<K extends string>(lists: Readonly<Record<K, readonly unknown[]>>): Record<K, number> {
  const counts = Object.entries<readonly unknown[]>(lists).map(([kind, list]) => [kind, list.length]);
  return Object.fromEntries(counts) as Record<K, number>;
}

/** Pods take the labels of others, one after the other, and who watches hears of it. */
async function relabel(objects: FixtureObjects, count: number): Promise<number[]> {
  const { pods } = objects;
  const policies = createPolicies();
  const stores = createStores();
  const tell = (): void => {
    const changes = policies.takeChanges();
    stores.appliedToGroups.apply(changes.appliedToGroups);
    stores.addressGroups.apply(changes.addressGroups);
    stores.networkPolicies.apply(changes.networkPolicies);
  };
  feed(policies, objects);
  tell();
  const events = stores.appliedToGroups.watch({})[Symbol.asyncIterator]();
  for (let piece = ''; !piece.includes('"BOOKMARK"');) piece = (await events.next()).value ?? '';
  const samples: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const pod = pods[(index * 31_676) % pods.length];
    const other = pods[(index * 31_676 + 2) % pods.length];
    if (!pod || !other) throw new Error('there are no Pods to relabel');
    const changed = { ...pod, metadata: { ...pod.metadata, labels: other.metadata.labels ?? {} } };
    const told = events.next();
    const start = performance.now();
    policies.set('pod', keyOf(pod), changed);
    tell();
    await told;
    samples.push(performance.now() - start);
  }
  return samples;
}

async function writeFiles({ fixture, directory }: PolicyFixtureRequest, objects: FixtureObjects): Promise<string[]> {
  if (directory === undefined) return [];
  const name = join(directory, basename(fixture, '.json').replace(/\.objects$/, ''));
  const [input, output] = [`${name}.objects.json`, `${name}.computed.json`];
  await writeObjects(input, objects);
  const policies = createPolicies();
  feed(policies, objects);
  await writeComputed(output, eventsOf(policies.takeChanges()));
  return [input, output];
}

function heapMiB(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
}
