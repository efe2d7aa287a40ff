import { backoffDelay } from './backoff.js';
import { isKubeError } from './errors.js';
import type { CallOptions, KubeClient } from './kube-client.js';
import { pause } from './pause.js';
import type { KubeObject, ObjectRef, Resource, Stored } from './resource.js';

/** How to change an object that others change too. */
export interface PatchWithRetryOptions extends CallOptions {
  readonly subresource?: string | undefined;
  readonly fieldManager?: string | undefined;
  /** Attempts in all; default 5. */
  readonly attempts?: number | undefined;
}

/**
 * Reads an object, asks `change` for a merge patch, and sends it for exactly the version that was read; when the object
 * changed meanwhile, begins anew. `change` returns undefined when there is nothing to do. Returns the object afterwards.
 */
export async function patchWithRetry<T extends KubeObject>(
  client: Pick<KubeClient, 'get' | 'patch'>,
  of: Resource<T>,
  ref: ObjectRef,
  change: (current: Stored<T>) => object | undefined,
  options: PatchWithRetryOptions = {},
): Promise<Stored<T>> {
  const { attempts = 5, signal, subresource, fieldManager } = options;
  for (let attempt = 1; ; attempt++) {
    const current = await client.get(of, ref, { signal });
    const body = change(current);
    if (body === undefined) return current;
    const metadata = { ...(body as KubeObject).metadata, resourceVersion: current.metadata.resourceVersion };
    const patch = { type: 'merge', body: { ...body, metadata } } as const;
    try {
      return await client.patch(of, ref, patch, { signal, subresource, fieldManager });
    } catch (error) {
      if (!isKubeError(error, 'conflict') || attempt >= attempts) throw error;
    }
    await pause(backoffDelay(attempt - 1, { initial: 10, max: 1_000 }), signal);
  }
}
