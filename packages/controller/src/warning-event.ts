import { isKubeError, resources, type KubeClient } from '@antrea-ts/kube';
import { sha1 } from './policy/sha1.js';

/** The object that an event is about. */
export interface EventSubject {
  readonly apiVersion: string;
  readonly kind: string;
  /** Absent for those of the whole cluster: their events are in `default`. */
  readonly namespace?: string;
  readonly name: string;
  readonly uid: string;
}

interface Warning {
  readonly reason: string;
  readonly message: string;
  readonly at: Date;
}

/**
 * Tells of an object in an Event, once for each message, also after a restart. Does nothing where the Namespace is gone
 * or being deleted.
 */
export async function warnOf(
  subject: EventSubject,
  { reason, message, at }: Warning,
  { client, signal }: { readonly client: KubeClient; readonly signal: AbortSignal },
): Promise<void> {
  const { namespace = 'default', name, uid } = subject;
  const hash = sha1(new TextEncoder().encode(`${uid} ${message}`)).slice(0, 16);
  const time = `${at.toISOString().slice(0, 19)}Z`;
  const event = {
    metadata: { name: `${name}.${hash}`, namespace },
    involvedObject: subject,
    type: 'Warning',
    reason,
    message,
    source: { component: 'antrea-controller' },
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
  try {
    await client.create(resources.events, event, { signal });
  } catch (error) {
    if (!isKubeError(error, 'already-exists', 'not-found', 'forbidden')) throw error;
  }
}
