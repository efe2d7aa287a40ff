import type { Dataplane } from '../dataplane/dataplane.js';
import type { NodeIntent } from '../dataplane/node-intent.js';
import type { PolicyParts } from '../policy/start-node-policies.js';
import { podOwner, type PodPort, type PodStore } from './pod-store.js';

/** What connects a Pod's port with the rest of the Node. */
export interface PortModules {
  readonly intent: NodeIntent;
  readonly dataplane: Pick<Dataplane, 'settled'>;
  readonly store: PodStore;
  readonly policy: Pick<PolicyParts, 'admission' | 'policies'>;
}

/**
 * States a Pod's flows, once its policies are known. The Pod may not send before it is guarded: resolves with the
 * switch's word.
 */
export async function connectPort(
  port: PodPort,
  { intent, dataplane, store, policy }: PortModules,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  store.set(port);
  // A container of another runtime than Kubernetes has no Pod that a policy could select.
  if (port.podNamespace !== '') {
    await policy.admission?.admit({ namespace: port.podNamespace, name: port.podName }, { signal });
  }
  intent.setPod(podOwner(port), port);
  await dataplane.settled({ signal, owner: podOwner(port) });
  await policy.policies.settled({ signal });
}
