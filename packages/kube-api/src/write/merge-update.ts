import { deepEqual, type ApiObject } from '../object.js';
import { isCustom } from '../resources/registry.js';
import type { ApiResource } from '../resources/resource.js';

/** The object that an update asks for: a client changes the specification or the status, and some of metadata. */
export function mergeUpdate(
  resource: ApiResource,
  subresource: string | undefined,
  existing: ApiObject,
  given: ApiObject,
): ApiObject {
  if (subresource === 'status') {
    const { status: _, ...rest } = existing;
    const metadata = isCustom(resource) ? existing.metadata : statusMetadata(existing, given);
    return { ...rest, metadata, ...(given['status'] === undefined ? {} : { status: given['status'] }) };
  }
  const metadata = keptMetadata(existing, given);
  if (!resource.status) return { ...given, metadata };
  const { status: _, ...rest } = given;
  const { status } = existing;
  return { ...rest, metadata, ...(status === undefined ? {} : { status }) };
}

/** What a client may change of metadata; the rest stays as it is. */
function keptMetadata(existing: ApiObject, given: ApiObject): ApiObject['metadata'] {
  const { labels, annotations, finalizers, ownerReferences, managedFields } = given.metadata;
  const { labels: _l, annotations: _a, finalizers: _f, ownerReferences: _o, ...fixed } = existing.metadata;
  return {
    ...fixed,
    ...(labels && Object.keys(labels).length > 0 ? { labels } : {}),
    ...(annotations && Object.keys(annotations).length > 0 ? { annotations } : {}),
    ...(finalizers && finalizers.length > 0 ? { finalizers } : {}),
    ...(ownerReferences && ownerReferences.length > 0 ? { ownerReferences } : {}),
    ...(managedFields && managedFields.length > 0 ? { managedFields } : {}),
  };
}

/** Kubelets set labels and annotations together with the status. */
function statusMetadata(existing: ApiObject, given: ApiObject): ApiObject['metadata'] {
  const { finalizers, ownerReferences } = existing.metadata;
  const fixed = { ...(finalizers ? { finalizers } : {}), ...(ownerReferences ? { ownerReferences } : {}) };
  const { finalizers: _f, ownerReferences: _o, ...metadata } = given.metadata;
  return keptMetadata(existing, { ...given, metadata: { ...metadata, ...fixed } });
}

/** Whether a change counts as a new generation: metadata and status do not. */
export function specChanged(a: ApiObject, b: ApiObject): boolean {
  const strip = ({ metadata: _m, status: _s, apiVersion: _v, ...rest }: ApiObject): object => rest;
  return !deepEqual(strip(a), strip(b));
}

/** Whether two objects differ only in who set what, which is no change. */
export function isSame(a: ApiObject, b: ApiObject): boolean {
  const strip = (object: ApiObject): object => {
    const { managedFields: _, ...metadata } = object.metadata;
    return { ...object, apiVersion: '', metadata };
  };
  return deepEqual(strip(a), strip(b));
}
