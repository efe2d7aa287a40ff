import { untilAborted } from '@antrea-ts/runtime';
import { KubeError, type KubeClient, type KubeObject, type Stored } from '@antrea-ts/kube';

/** A cluster that stands still: its Nodes and Pods, behind a client that can lose sight of them. */
export interface FakeCluster {
  readonly client: KubeClient;
  /** Lists of these resources fail while they are in here: `nodes`, `pods`. */
  readonly unreachable: Set<string>;
  /** Annotations that objects were given, by their names; null: taken away. */
  readonly annotations: Map<string, Readonly<Record<string, string | null>>>;
}

/** Offers what the agent asks of the Kubernetes API. Watches tell nothing and last until they are given up. */
export function createFakeCluster(objects: Readonly<Record<string, readonly KubeObject[]>>): FakeCluster {
  const unreachable = new Set<string>();
  const annotations: FakeCluster['annotations'] = new Map();
  const all = (plural: string): Stored<KubeObject>[] => {
    if (unreachable.has(plural)) throw new KubeError('unreachable', `list ${plural}: nobody answers`);
    return (objects[plural] ?? []).map(({ metadata: own, ...object }) => {
      const given = { ...own?.annotations, ...annotations.get(own?.name ?? '') };
      const present = Object.entries(given).filter(([, value]) => value !== null);
      const all = { uid: '1', resourceVersion: '1', ...own, annotations: Object.fromEntries(present) };
      return { ...object, metadata: all } as Stored<KubeObject>;
    });
  };
  const metadata = { resourceVersion: '1' };
  const client: Record<string, (...args: never[]) => unknown> = {
    get: async ({ plural }: { plural: string }, { name }: { name: string }) =>
      all(plural).find((object) => object.metadata.name === name),
    list: async ({ plural }: { plural: string }) => ({ metadata, items: all(plural) }),
    async *listPages({ plural }: { plural: string }) {
      yield { metadata, items: all(plural) };
    },
    async *watch(_: unknown, { signal, onOpen }: { signal: AbortSignal; onOpen?: () => void }) {
      onOpen?.();
      await untilAborted(signal);
      yield* [];
      throw signal.reason;
    },
    patch: async (_: unknown, { name }: { name: string }, { body }: { body: KubeObject }) => {
      annotations.set(name, { ...annotations.get(name), ...body.metadata?.annotations });
    },
    close: async () => undefined,
  };
  return { client: client as unknown as KubeClient, unreachable, annotations };
}
