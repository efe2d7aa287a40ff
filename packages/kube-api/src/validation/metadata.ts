import { randomUUID } from 'node:crypto';
import { isJsonObject, textAt, type ApiObject, type Meta } from '../object.js';
import { apiVersionOf, type ApiResource } from '../resources/resource.js';
import { ApiError, invalid, type StatusCause } from '../status.js';

const dns1123Subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const dns1123Label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const pathSegment = /^[^/%]+$/;
const qualifiedName =
  /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

/** Holds a deleted definition until its objects are gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

/** Kinds whose names are labels, since they become parts of host names. */
const labelNamed = new Set(['Namespace', 'Service']);
/** Kinds whose names may be anything that fits a path. */
const freelyNamed = new Set(['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding']);

const suffixAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** Reads the body of a create or update as an object of the resource. */
export function requireObject(resource: ApiResource, body: unknown): ApiObject {
  if (!isJsonObject(body)) throw new ApiError('BadRequest', 'the body of the request must be an object');
  const { apiVersion, kind, metadata } = body;
  const expected = apiVersionOf(resource);
  if (kind !== undefined && kind !== resource.kind) {
    throw new ApiError(
      'BadRequest',
      `the kind in the data (${textAt(body, 'kind')}) does not match the expected kind (${resource.kind})`,
    );
  }
  if (apiVersion !== undefined && apiVersion !== expected) {
    throw new ApiError(
      'BadRequest',
      `the API version in the data (${textAt(body, 'apiVersion')}) does not match the expected API version (${expected})`,
    );
  }
  if (metadata !== undefined && metadata !== null && !isJsonObject(metadata)) {
    throw new ApiError('BadRequest', 'metadata must be an object');
  }
  return { ...body, apiVersion: expected, kind: resource.kind, metadata: (metadata ?? {}) as unknown as Meta };
}

/** Metadata of a new object: what the server decides, and what the client may say. */
export function newMetadata(resource: ApiResource, object: ApiObject, namespace: string | undefined): Meta {
  const given = object.metadata;
  const name = given.name || (given.generateName ? given.generateName.slice(0, 58) + randomSuffix() : '');
  if (namespace !== undefined && given.namespace !== undefined && given.namespace !== namespace) {
    throw new ApiError(
      'BadRequest',
      `the namespace of the provided object does not match the namespace sent on the request (${given.namespace} and ${namespace})`,
    );
  }
  const { namespace: _n, deletionTimestamp: _d, deletionGracePeriodSeconds: _g, managedFields: _m, ...rest } = given;
  return {
    ...rest,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    uid: randomUUID(),
    resourceVersion: '',
    creationTimestamp: timestamp(),
    ...(isDefinition(resource) ? { finalizers: [...new Set([...(given.finalizers ?? []), cleanupFinalizer])] } : {}),
    ...(resource.generation ? { generation: 1 } : {}),
  };
}

function isDefinition({ kind, group }: ApiResource): boolean {
  return kind === 'CustomResourceDefinition' && group === 'apiextensions.k8s.io';
}

/** Now, as Kubernetes writes it. */
export function timestamp(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}

/** Checks names, labels and annotations; throws `Invalid` with a cause for each problem. */
export function validateMetadata(resource: ApiResource, object: ApiObject): void {
  const causes: StatusCause[] = [...ownerProblems(object), ...finalizerProblems(object)];
  const { name, labels, annotations } = object.metadata;
  const problem = nameProblem(resource, name);
  if (problem) {
    causes.push({
      reason: name === '' ? 'FieldValueRequired' : 'FieldValueInvalid',
      field: 'metadata.name',
      message:
        name === '' ? 'Required value: name or generateName is required' : `Invalid value: "${name}": ${problem}`,
    });
  }
  for (const [key, value] of entriesOf(labels, 'labels')) {
    if (!qualifiedName.test(key)) causes.push(badKey('metadata.labels', key));
    if (typeof value !== 'string' || !labelValue.test(value)) {
      causes.push({
        reason: 'FieldValueInvalid',
        field: 'metadata.labels',
        message: `Invalid value: ${JSON.stringify(value)}: a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character`,
      });
    }
  }
  for (const [key] of entriesOf(annotations, 'annotations')) {
    if (
      !qualifiedName.test(
        key.toLowerCase().includes('/') ? key.replace(/^[^/]*/, (prefix) => prefix.toLowerCase()) : key,
      )
    ) {
      causes.push(badKey('metadata.annotations', key));
    }
  }
  const size = entriesOf(annotations, 'annotations').reduce(
    (sum, [key, value]) => sum + key.length + String(value).length,
    0,
  );
  if (size > maxAnnotationBytes) {
    causes.push({
      reason: 'FieldValueTooLong',
      field: 'metadata.annotations',
      message: `Too long: must have at most ${maxAnnotationBytes} bytes`,
    });
  }
  if (causes.length > 0) throw invalid(resource, name, causes);
}

const maxAnnotationBytes = 256 << 10;

function ownerProblems({ metadata }: ApiObject): StatusCause[] {
  return (metadata.ownerReferences ?? []).flatMap((owner, index) =>
    (['apiVersion', 'kind', 'name', 'uid'] as const)
      .filter((field) => !owner[field])
      .map((field) => ({
        reason: 'FieldValueInvalid',
        field: `metadata.ownerReferences[${index}].${field}`,
        message: 'Invalid value: "": must not be empty',
      })),
  );
}

function finalizerProblems({ metadata }: ApiObject): StatusCause[] {
  return (metadata.finalizers ?? [])
    .filter((finalizer) => !qualifiedName.test(finalizer))
    .map((finalizer) => ({
      reason: 'FieldValueInvalid',
      field: 'metadata.finalizers',
      message: `Invalid value: ${JSON.stringify(finalizer)}: name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character`,
    }));
}

function nameProblem(resource: ApiResource, name: string): string | undefined {
  if (name === '') return 'required';
  if (freelyNamed.has(resource.kind)) {
    return pathSegment.test(name) && name !== '.' && name !== '..' ? undefined : `may not contain '/' or '%'`;
  }
  if (labelNamed.has(resource.kind)) {
    return name.length <= 63 && dns1123Label.test(name)
      ? undefined
      : `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')`;
  }
  return name.length <= 253 && dns1123Subdomain.test(name)
    ? undefined
    : `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`;
}

function entriesOf(value: unknown, what: string): [string, unknown][] {
  if (value === undefined || value === null) return [];
  if (!isJsonObject(value)) throw new ApiError('BadRequest', `metadata.${what} must be an object`);
  return Object.entries(value);
}

function badKey(field: string, key: string): StatusCause {
  return {
    reason: 'FieldValueInvalid',
    field,
    message: `Invalid value: "${key}": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character`,
  };
}

function randomSuffix(): string {
  let suffix = '';
  for (const byte of crypto.getRandomValues(new Uint8Array(5))) suffix += suffixAlphabet[byte % suffixAlphabet.length];
  return suffix;
}
