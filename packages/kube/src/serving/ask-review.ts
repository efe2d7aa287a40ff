import { isKubeError, type KubeErrorCode } from '../errors.js';
import type { KubeClient } from '../kube-client.js';
import type { KubeObject, Resource, Stored } from '../resource.js';

/** How long a review may take; as Kubernetes' delegating servers. */
const deadlineMs = 10_000;

/** Has the Kubernetes API answer a review. One that met a connection just closed is sent again: reviews change nothing. */
export async function askReview<T extends KubeObject>(
  client: Pick<KubeClient, 'create'>,
  of: Resource<T>,
  review: T,
): Promise<Stored<T>> {
  const signal = AbortSignal.timeout(deadlineMs);
  try {
    return await client.create(of, review, { signal });
  } catch (error) {
    if (!isKubeError(error, 'unreachable')) throw error;
    return await client.create(of, review, { signal });
  }
}

const explanations: Partial<Readonly<Record<KubeErrorCode, string>>> = {
  unreachable: 'the Kubernetes API cannot be reached',
  timeout: 'the Kubernetes API did not answer in time',
  forbidden: 'this server may not ask the Kubernetes API (its account needs the ClusterRole system:auth-delegator)',
  unauthorized: 'the Kubernetes API does not know this server',
};

/** Why a review could not be had, without what only the log should know. */
export function whyNoReview(error: unknown): string {
  if (isKubeError(error))
    return explanations[error.code] ?? `the Kubernetes API answered with an error (${error.code})`;
  if (error instanceof Error && error.name === 'TimeoutError') return explanations.timeout ?? '';
  return 'the Kubernetes API gave no usable answer';
}
