import { setImmediate as nextTurn } from 'node:timers/promises';
import { HostError, checkPodInterfaceSpec, type PodInterfaceRef, type PodInterfaces } from '@antrea-ts/host';
import { translateError } from '../translate-error.js';
import { SyncNetlink } from '../netlink/sync-netlink.js';
import { isOwnNetns, openNetns } from '../netns/netns-handle.js';
import { warmThreadPool } from '../netns/warm-thread-pool.js';
import { deleteLink, listLinks, type Link } from '../rtnetlink/link.js';
import { isSystemError } from '../system-error.js';
import { adoptPodInterface, surveyPodInterface } from './adopt.js';
import { announcePodInterface } from './announce.js';
import { attachPodInterface } from './attach.js';
import { ensureHostEnds } from './host-ends.js';
import { insidePod } from './inside-pod.js';
import { inspectPodEnd } from './inspect-pod-end.js';
import { findLink, isOurs, isPair, isUnmarkedVeth } from './ownership.js';

/**
 * Pod interfaces as veth pairs. All requests are synchronous, inside the namespaces concerned, except the deletion of
 * a link, which the kernel takes 15 ms over.
 */
export function createLinuxPods(openNode: () => SyncNetlink): PodInterfaces {
  /** Deletions under way, by host name: a new interface of that name must wait. */
  const deletions = new Map<string, Promise<void>>();

  const removeLink = async (link: Link) => {
    const deletion = deleteInBackground(link).finally(() => deletions.delete(link.name));
    deletions.set(link.name, deletion);
    await deletion;
  };

  return {
    async attach(spec, { signal }) {
      checkPodInterfaceSpec(spec);
      await ready(signal);
      await deletions.get(spec.hostName);
      return translated(`attach container ${spec.containerId}`, () => attachPodInterface(openNode(), spec));
    },
    async survey(ref, { signal }) {
      await ready(signal);
      return translated(`survey ${ref.name} in ${ref.netns}`, () => surveyPodInterface(openNode(), ref));
    },
    async adopt(spec, { signal }) {
      await ready(signal);
      return translated(`adopt container ${spec.containerId}`, () => adoptPodInterface(openNode(), spec));
    },
    async detach(ref, { signal }) {
      await ready(signal);
      await deletions.get(ref.hostName);
      const link = translated(`detach ${ref.hostName}`, () => findOurs(openNode(), ref));
      if (link !== undefined) await removeLink(link);
    },
    async inspect(ref, { signal }) {
      await ready(signal);
      return translated(`inspect ${ref.hostName}`, () => inspect(openNode(), ref));
    },
    async ensureHostEnds(ends, { signal }) {
      await ready(signal);
      return translated('look after Pod interfaces', () => ensureHostEnds(openNode(), ends));
    },
    async list({ signal }) {
      await ready(signal);
      return translated('list Pod interfaces', () =>
        openNode()
          .request(listLinks())
          .filter(isOurs)
          .map(({ name }) => name)
          .toSorted(),
      );
    },
    async announce(ref, { signal }) {
      await ready(signal);
      await announcePodInterface(openNode(), ref, { signal });
    },
  };
}

async function ready(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await warmThreadPool();
  // Many calls at once must not keep the loop from everything else until the last is done.
  await nextTurn();
  signal.throwIfAborted();
}

function translated<T>(operation: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw translateError(operation, error);
  }
}

async function deleteInBackground(link: Link): Promise<void> {
  const netlink = SyncNetlink.open();
  try {
    await netlink.requestInBackground(deleteLink(link.index, link.name));
  } catch (error) {
    if (!isSystemError(error, 'ENODEV')) throw translateError(`detach ${link.name}`, error);
  } finally {
    netlink.close();
  }
}

/** The Node's end of this interface, if it is ours, or the unmarked rest of an interrupted attach. */
function findOurs(node: SyncNetlink, ref: PodInterfaceRef): Link | undefined {
  const host = findLink(node, ref.hostName);
  if (host === undefined || isOurs(host)) return host;
  return isUnmarkedVeth(host) && inPod(node, ref, () => true) === true ? host : undefined;
}

function inspect(node: SyncNetlink, ref: PodInterfaceRef) {
  return inPod(node, ref, inspectPodEnd);
}

/** Runs `look` inside the Pod's namespace when both ends are there and belong together. */
function inPod<T>(
  node: SyncNetlink,
  ref: PodInterfaceRef,
  look: (pod: SyncNetlink, link: Link, host: Link) => T,
): T | undefined {
  const host = findLink(node, ref.hostName);
  if (host === undefined || ref.netns === undefined) return undefined;
  const netns = openIfThere(ref.netns);
  if (netns === undefined) return undefined;
  try {
    if (isOwnNetns(netns)) return undefined;
    const link = insidePod(netns, (pod) => findLink(pod, ref.name));
    if (link === undefined || !isPair(node, host, link, netns)) return undefined;
    return insidePod(netns, (pod) => look(pod, link, host));
  } finally {
    netns.close();
  }
}

function openIfThere(path: string) {
  try {
    return openNetns(path);
  } catch (error) {
    if (error instanceof HostError && error.code === 'netns-missing') return undefined;
    throw error;
  }
}
