import { at, type ApiObject } from '../object.js';
import type { ApiResource } from '../resources/resource.js';
import { ApiError, qualified } from '../status.js';
import { timestamp } from '../validation/metadata.js';

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number | undefined;
  readonly preconditions?:
    | { readonly uid?: string | undefined; readonly resourceVersion?: string | undefined }
    | undefined;
  readonly propagationPolicy?: string | undefined;
}

const immortalNamespaces = new Set(['default', 'kube-system', 'kube-public']);

export function checkDeletable(resource: ApiResource, { metadata: { name } }: ApiObject): void {
  if (!isNamespaceResource(resource) || !immortalNamespaces.has(name)) return;
  throw new ApiError('Forbidden', `namespaces "${name}" is forbidden: this namespace may not be deleted`);
}

export function checkPreconditions(resource: ApiResource, object: ApiObject, options: DeleteOptions): void {
  const { uid, resourceVersion } = options.preconditions ?? {};
  const { metadata } = object;
  const refuse = (what: string, wanted: string, is: string): never => {
    throw new ApiError(
      'Conflict',
      `Operation cannot be fulfilled on ${qualified(resource)} "${metadata.name}": Precondition failed: ${what} in precondition: ${wanted}, ${what} in object meta: ${is}`,
    );
  };
  if (uid && uid !== metadata.uid) refuse('UID', uid, metadata.uid);
  if (resourceVersion && resourceVersion !== metadata.resourceVersion) {
    refuse('ResourceVersion', resourceVersion, metadata.resourceVersion);
  }
}

/** What an object becomes that is to be deleted; undefined when it can go at once. */
export function deletionOf(resource: ApiResource, object: ApiObject, options: DeleteOptions): ApiObject | undefined {
  const { metadata } = object;
  const grace = graceOf(resource, object, options);
  const finalizers = deletionFinalizers(metadata.finalizers ?? [], options.propagationPolicy);
  const isNamespace = isNamespaceResource(resource);
  if (grace === 0 && finalizers.length === 0 && !isNamespace) return undefined;
  const isSooner = metadata.deletionTimestamp === undefined || grace < (metadata.deletionGracePeriodSeconds ?? 0);
  if (!isSooner) return object;
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(finalizers.length > 0 ? { finalizers } : {}),
      deletionTimestamp: timestampIn(grace),
      deletionGracePeriodSeconds: grace,
    },
    ...(isNamespace ? { status: { ...(object['status'] as object), phase: 'Terminating' } } : {}),
  };
}

/** An object that is being deleted and that nothing holds any more. */
export function isReleased(resource: ApiResource, { metadata }: ApiObject): boolean {
  if (metadata.deletionTimestamp === undefined || (metadata.finalizers ?? []).length > 0) return false;
  // A Pod waits for its kubelet, a Namespace for its content.
  return (metadata.deletionGracePeriodSeconds ?? 0) === 0 && !isNamespaceResource(resource);
}

export function isNamespaceResource({ kind, group }: ApiResource): boolean {
  return kind === 'Namespace' && group === '';
}

function graceOf(resource: ApiResource, object: ApiObject, { gracePeriodSeconds }: DeleteOptions): number {
  // A Pod that runs nowhere has nobody to wait for.
  if (resource.kind !== 'Pod' || resource.group !== '' || !at(object, 'spec', 'nodeName')) return 0;
  const phase = at(object, 'status', 'phase');
  if (phase === 'Failed' || phase === 'Succeeded') return 0;
  const wanted = gracePeriodSeconds ?? at(object, 'spec', 'terminationGracePeriodSeconds');
  return typeof wanted === 'number' && wanted >= 0 ? wanted : 30;
}

function deletionFinalizers(finalizers: readonly string[], propagation: string | undefined): string[] {
  const wanted = propagation === 'Foreground' ? ['foregroundDeletion'] : propagation === 'Orphan' ? ['orphan'] : [];
  return [...finalizers, ...wanted.filter((finalizer) => !finalizers.includes(finalizer))];
}

function timestampIn(seconds: number): string {
  return seconds === 0 ? timestamp() : `${new Date(Date.now() + seconds * 1000).toISOString().slice(0, 19)}Z`;
}
