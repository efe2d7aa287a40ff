import type { KubeObject } from '../resource.js';

/** Takes `managedFields` out of an object that was just parsed and that nobody else holds. */
export function withoutManagedFields<T extends KubeObject>(object: T): T {
  if (object.metadata !== undefined) delete object.metadata.managedFields;
  return object;
}
