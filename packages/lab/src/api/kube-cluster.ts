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
  const reflectors = new Map<string, Reflector<Stored<Pod> | Stored<Node>>>();

  const reflectorOf = <R extends keyof ClusterObjects>(resource: R): Reflector<Stored<ClusterObjects[R]>> => {
    type Wanted = Reflector<Stored<ClusterObjects[R]>>;
    const known = reflectors.get(resource);
    if (known) return known as unknown as Wanted;
    const made =
      resource === 'pods'
        ? createReflector({ client, resource: resources.pods, project: wholeObject<Pod>, log })
        : createReflector({ client, resource: resources.nodes, project: wholeObject<Node>, log });
    void made.start();
    reflectors.set(resource, made as Reflector<Stored<Pod> | Stored<Node>>);
    return made as unknown as Wanted;
  };

  return {
    async follow(resource, onChange, { signal }) {
      const reflector = reflectorOf(resource);
      await reflector.whenSynced({ signal });
      type Kind = ClusterObjects[typeof resource];
      const tell = (change: Change<Kind>): void => onChange(change);
      const unsubscribe = reflector.store.subscribe((change) => {
        if (change.kind === 'removed') tell({ kind: 'gone', object: change.previous });
        // Deleted and made anew between two looks: another object under the same name.
        else if (change.kind === 'updated' && change.previous.metadata.uid !== change.object.metadata.uid) {
          tell({ kind: 'gone', object: change.previous });
          tell({ kind: 'set', object: change.object });
        } else tell({ kind: 'set', object: change.object });
      });
      signal.addEventListener('abort', unsubscribe, { once: true });
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
      await (resource === 'pods'
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
