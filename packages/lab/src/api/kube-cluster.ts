import { randomBytes } from 'node:crypto';
import {
  createReflector,
  isKubeError,
  resources,
  wholeObject,
  type KubeClient,
  type Reflector,
  type Stored,
} from '@antrea-ts/kube';
import type { Event, Node, Pod } from 'kubernetes-types/core/v1.js';
import { errorMessage, type Logger } from '@antrea-ts/runtime';
import type { Change, Cluster, ClusterObjects } from '../kubelet/cluster.js';

/** The cluster as the Kubernetes API shows it. Each collection is watched once, however many follow it. */
export function createKubeCluster(modules: { readonly client: KubeClient; readonly log: Logger }): Cluster {
  const { client, log } = modules;
  const reflectors = {
    pods: createReflector({ client, resource: resources.pods, project: wholeObject<Pod>, log }),
    nodes: createReflector({ client, resource: resources.nodes, project: wholeObject<Node>, log }),
  };
  for (const reflector of Object.values(reflectors)) void reflector.start();

  return {
    async follow(resource, onChange, { signal }) {
      type Wanted = ClusterObjects[typeof resource];
      await followReflector(reflectors[resource] as Reflector<Stored<Wanted>>, onChange, signal);
    },
    async createNode(node) {
      const { status, ...object } = node;
      await client.create(resources.nodes, object);
      await client.patch(resources.nodes, refOf(node), { type: 'merge', body: { status } }, { subresource: 'status' });
    },
    async patchStatus(resource, object, status) {
      // A Pod of the same name that came meanwhile is not meant: the API refuses another uid.
      const uid = object.metadata?.uid;
      const body = { ...(uid === undefined ? {} : { metadata: { uid } }), status };
      const options = { subresource: 'status' };
      const patch = { type: 'merge' as const, body };
      await (
        resource === 'pods'
          ? client.patch(resources.pods, refOf(object), patch, options)
          : client.patch(resources.nodes, refOf(object), patch, options)
      ).catch(unlessGone);
    },
    async bind(pod, nodeName) {
      const { metadata } = pod;
      await client
        .createSubresource(resources.pods, refOf(pod), 'binding', {
          apiVersion: 'v1',
          kind: 'Binding',
          metadata: { name: metadata?.name, namespace: metadata?.namespace, uid: metadata?.uid },
          target: { apiVersion: 'v1', kind: 'Node', name: nodeName },
        })
        .catch(unlessGone);
    },
    async removePod(pod) {
      const uid = pod.metadata?.uid;
      await client
        .delete(resources.pods, refOf(pod), {
          gracePeriodSeconds: 0,
          ...(uid === undefined ? {} : { preconditions: { uid } }),
        })
        .catch(unlessGone);
    },
    recordEvent({ about, ...event }) {
      client.create(resources.events, eventObject(about, event)).catch((error: unknown) => {
        log.debug('Cannot store an event', { reason: event.reason, error: errorMessage(error) });
      });
    },
  };
}

async function followReflector<T extends Pod | Node>(
  reflector: Reflector<Stored<T>>,
  onChange: (change: Change<T>) => void,
  signal: AbortSignal,
): Promise<void> {
  await reflector.whenSynced({ signal });
  const unsubscribe = reflector.store.subscribe((change) => {
    if (change.kind === 'removed') return onChange({ kind: 'gone', object: change.previous });
    // Deleted and made anew between two looks: another object under the same name.
    if (change.kind === 'updated' && change.previous.metadata.uid !== change.object.metadata.uid) {
      onChange({ kind: 'gone', object: change.previous });
    }
    return onChange({ kind: 'set', object: change.object });
  });
  signal.addEventListener('abort', unsubscribe, { once: true });
}

function refOf(object: Pod | Node): { name: string; namespace?: string } {
  const { name, namespace } = object.metadata ?? {};
  return { name: name ?? '', ...(namespace === undefined ? {} : { namespace }) };
}

/** What is gone, or is another one by now, needs no more of this. */
function unlessGone(error: unknown): void {
  if (!isKubeError(error, 'not-found', 'conflict')) throw error;
}

function eventObject(about: Pod | Node, event: Pick<Event, 'type' | 'reason' | 'message'>): Event {
  const now = new Date().toISOString();
  const namespace = about.metadata?.namespace ?? 'default';
  const isPod = about.metadata?.namespace !== undefined;
  return {
    ...event,
    metadata: { name: `${about.metadata?.name}.${randomBytes(8).toString('hex')}`, namespace },
    involvedObject: {
      apiVersion: 'v1',
      kind: isPod ? 'Pod' : 'Node',
      name: about.metadata?.name ?? '',
      ...(isPod ? { namespace } : {}),
      uid: about.metadata?.uid ?? '',
    },
    source: { component: 'lab' },
    reportingComponent: 'lab',
    reportingInstance: 'lab',
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  };
}
