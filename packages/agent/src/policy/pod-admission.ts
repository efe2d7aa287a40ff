import { setTimeout as delay } from 'node:timers/promises';
import { controlplaneApiVersion, type PodPolicies } from '@antrea-ts/apis';
import { CniError, cniErrorCodes } from '@antrea-ts/cni';
import { isKubeError, resources, type KubeClient } from '@antrea-ts/kube';
import { errorMessage } from '@antrea-ts/runtime';
import type { NodePolicies } from './node-policies.js';

/** How long a Pod waits for the word of the controller before its sandbox is refused, to be tried again. */
const defaultDeadlineMs = 10_000;
const pollMs = { first: 20, longest: 500 };

interface Modules {
  readonly nodeName: string;
  /** The Kubernetes API. */
  readonly cluster: Pick<KubeClient, 'get'>;
  readonly client: () => KubeClient | undefined;
  readonly policies: NodePolicies;
  readonly deadlineMs?: number;
}

/**
 * Lets a new Pod begin only when what isolates it is known here: the controller says which policies apply to it, and
 * this waits until they have arrived. Without the controller's word the Pod is refused, and kubelet tries again: a Pod
 * that ran without its policies would be a hole.
 */
export class PodAdmission {
  readonly #modules: Modules;

  constructor(modules: Modules) {
    this.#modules = modules;
  }

  /** Resolves when the policies of a Pod are known. Throws a `CniError` to be tried again when they do not come. */
  async admit(
    pod: { readonly namespace: string; readonly name: string },
    { signal }: { readonly signal: AbortSignal },
  ): Promise<void> {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(this.#modules.deadlineMs ?? defaultDeadlineMs)]);
    let missing = 'the controller has not been asked';
    for (let wait = pollMs.first; ; wait = Math.min(wait * 2, pollMs.longest)) {
      try {
        missing = await this.#missing(pod, limited);
        if (missing === '') return;
      } catch (error) {
        signal.throwIfAborted();
        if (!limited.aborted) missing = errorMessage(error);
      }
      await delay(wait, undefined, { signal: limited }).catch(() => undefined);
      signal.throwIfAborted();
      if (limited.aborted) break;
    }
    throw new CniError(
      cniErrorCodes.tryAgainLater,
      `Pod ${pod.namespace}/${pod.name}: its network policies are not known yet (${missing}), try again later`,
    );
  }

  /** What is still to come; empty when nothing is. */
  async #missing(pod: { readonly namespace: string; readonly name: string }, signal: AbortSignal): Promise<string> {
    const client = this.#modules.client();
    if (!client) return 'antrea-controller cannot be reached';
    const known = await this.#ask(client, pod, signal);
    if (!known) return '';
    if (!known.isKnown) {
      return (await this.#exists(pod, signal)) ? 'antrea-controller has not seen the Pod on this Node' : '';
    }
    const { rules } = this.#modules.policies;
    const late = known.policies.filter((uid) => rules.policy(uid)?.complete !== true);
    if (late.length > 0) return `${late.length} policies have not arrived`;
    const absent = known.appliedToGroups.filter((group) => !rules.isTarget(group, pod.namespace, pod.name));
    return absent.length > 0 ? `${absent.length} AppliedToGroups have not arrived` : '';
  }

  /** What the cluster does not know no policy selects: somebody tries the plugin by hand. */
  async #exists(ref: { readonly namespace: string; readonly name: string }, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#modules.cluster.get(resources.pods, ref, { signal });
      return true;
    } catch (error) {
      if (isKubeError(error, 'not-found')) return false;
      throw error;
    }
  }

  /** Undefined: a controller of Antrea 1.3, which cannot be asked. */
  async #ask(
    client: KubeClient,
    { namespace, name }: { readonly namespace: string; readonly name: string },
    signal: AbortSignal,
  ): Promise<PodPolicies | undefined> {
    const path = `/apis/${controlplaneApiVersion}/namespaces/${encodeURIComponent(namespace)}/podpolicies/${encodeURIComponent(name)}`;
    const query = new URLSearchParams({ node: this.#modules.nodeName });
    try {
      return JSON.parse(await client.raw({ path: `${path}?${query}`, signal })) as PodPolicies;
    } catch (error) {
      if (isKubeError(error, 'not-found')) return undefined;
      throw error;
    }
  }
}
