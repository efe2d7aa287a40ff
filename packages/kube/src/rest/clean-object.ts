import type { KubeObject } from '../resource.js';

/** Takes `managedFields` out of an object that was just parsed and that nobody else holds. */
export function withoutManagedFields<T extends KubeObject>(object: T): T {
  if (object.metadata !== undefined) delete object.metadata.managedFields;
  return object;
}

/** Whether this, as it came from a server, is an object with a name and, if it has any, a namespace. */
export function isNamed(object: unknown): boolean {
  const metadata = (object as { metadata?: unknown } | null | undefined)?.metadata;
  if (typeof metadata !== 'object' || metadata === null) return false;
  const { name, namespace } = metadata as { name?: unknown; namespace?: unknown };
  return typeof name === 'string' && (namespace === undefined || typeof namespace === 'string');
}
