import { type ApiObject, at, deepEqual, isJsonObject, textAt } from '../object.js';
import { definitionProblems } from '../custom/definition.js';
import type { ApiResource } from '../resources/resource.js';
import { invalid, type StatusCause } from '../status.js';
import { duplicate, forbidden, required, unsupported, wrong } from './causes.js';
import { endpointSliceProblems, endpointsProblems } from './endpoints.js';
import { serviceProblems } from './services.js';

type Check = (object: ApiObject, existing: ApiObject | undefined) => StatusCause[];

const checks: Readonly<Record<string, Check>> = {
  Pod: podProblems,
  Service: serviceProblems,
  Endpoints: endpointsProblems,
  EndpointSlice: endpointSliceProblems,
  NetworkPolicy: (object) => (isJsonObject(at(object, 'spec', 'podSelector')) ? [] : [required('spec.podSelector')]),
  Deployment: templateProblems,
  ReplicaSet: templateProblems,
  DaemonSet: templateProblems,
  StatefulSet: templateProblems,
  Node: nodeProblems,
  CustomResourceDefinition: definitionProblems,
  MutatingWebhookConfiguration: webhookProblems,
  ValidatingWebhookConfiguration: webhookProblems,
  APIService: apiServiceProblems,
  ConfigMap: immutableDataProblems,
  Secret: immutableDataProblems,
  RoleBinding: roleRefProblems,
  ClusterRoleBinding: roleRefProblems,
};

/** Checks what the common kinds need beyond metadata. Not the whole of Kubernetes' validation. */
export function validateKind(resource: ApiResource, object: ApiObject, existing: ApiObject | undefined): void {
  const causes = checks[resource.kind]?.(object, existing) ?? [];
  if (causes.length > 0) throw invalid(resource, object.metadata.name, causes);
}

/** What of a running Pod may still change. */
const mutablePodFields = new Set(['activeDeadlineSeconds', 'tolerations', 'terminationGracePeriodSeconds', 'nodeName']);

function podProblems(pod: ApiObject, existing: ApiObject | undefined): StatusCause[] {
  const problems = containerProblems(at(pod, 'spec', 'containers'), 'spec.containers');
  const policy = at(pod, 'spec', 'restartPolicy');
  if (!['Always', 'OnFailure', 'Never'].includes(policy as string)) {
    problems.push(unsupported('spec.restartPolicy', policy, ['Always', 'OnFailure', 'Never']));
  }
  if (existing) problems.push(...immutablePodProblems(pod, existing));
  return problems;
}

function containerProblems(containers: unknown, field: string): StatusCause[] {
  if (!Array.isArray(containers) || containers.length === 0) return [required(field)];
  const names = new Set<unknown>();
  return containers.flatMap((container: unknown, index) => {
    const problems: StatusCause[] = [];
    const name = at(container, 'name');
    if (!name) problems.push(required(`${field}[${index}].name`));
    else if (names.has(name)) problems.push(duplicate(`${field}[${index}].name`, name));
    names.add(name);
    if (!at(container, 'image')) problems.push(required(`${field}[${index}].image`));
    return problems;
  });
}

function immutablePodProblems(pod: ApiObject, existing: ApiObject): StatusCause[] {
  const fixed = (object: ApiObject): object => {
    const spec = at(object, 'spec');
    if (!isJsonObject(spec)) return {};
    const entries = Object.entries(spec).filter(([key]) => !mutablePodFields.has(key));
    const withoutImages = (list: unknown): unknown =>
      Array.isArray(list) ? list.map((container: object) => ({ ...container, image: '' })) : list;
    return Object.fromEntries(
      entries.map(([key, value]) => [
        key,
        key === 'containers' || key === 'initContainers' ? withoutImages(value) : value,
      ]),
    );
  };
  const before = at(existing, 'spec', 'nodeName');
  const moved = before !== undefined && before !== at(pod, 'spec', 'nodeName');
  if (!moved && deepEqual(fixed(pod), fixed(existing))) return [];
  return [
    forbidden(
      'spec',
      'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
    ),
  ];
}

function templateProblems(object: ApiObject): StatusCause[] {
  const problems = containerProblems(
    at(object, 'spec', 'template', 'spec', 'containers'),
    'spec.template.spec.containers',
  );
  const selector = at(object, 'spec', 'selector', 'matchLabels');
  const labels = at(object, 'spec', 'template', 'metadata', 'labels');
  if (!isJsonObject(at(object, 'spec', 'selector'))) problems.push(required('spec.selector'));
  else if (isJsonObject(selector) && Object.entries(selector).some(([key, value]) => at(labels, key) !== value)) {
    problems.push(wrong('spec.template.metadata.labels', labels ?? {}, '`selector` does not match template `labels`'));
  }
  return problems;
}

function nodeProblems(node: ApiObject, existing: ApiObject | undefined): StatusCause[] {
  const before = at(existing, 'spec', 'podCIDRs');
  if (before === undefined || deepEqual(before, at(node, 'spec', 'podCIDRs'))) return [];
  return [forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid')];
}

function webhookProblems(object: ApiObject): StatusCause[] {
  const webhooks = Array.isArray(object['webhooks']) ? (object['webhooks'] as unknown[]) : [];
  return webhooks.flatMap((webhook, index) => {
    const path = `webhooks[${index}]`;
    const problems: StatusCause[] = [];
    const versions = at(webhook, 'admissionReviewVersions');
    const effects = at(webhook, 'sideEffects');
    const { url, service } = (at(webhook, 'clientConfig') ?? {}) as { url?: string; service?: object };
    if (!at(webhook, 'name')) problems.push(required(`${path}.name`));
    if (!Array.isArray(versions) || !versions.some((version) => version === 'v1' || version === 'v1beta1')) {
      problems.push(
        required(`${path}.admissionReviewVersions`, 'Required value: must specify at least one of v1, v1beta1'),
      );
    }
    if (effects !== 'None' && effects !== 'NoneOnDryRun') {
      problems.push(required(`${path}.sideEffects`, 'Required value: must specify one of None, NoneOnDryRun'));
    }
    if ((url === undefined) === (service === undefined)) {
      problems.push(required(`${path}.clientConfig`, 'Required value: exactly one of url or service is required'));
    }
    return problems;
  });
}

function apiServiceProblems(object: ApiObject): StatusCause[] {
  const { name } = object.metadata;
  const wanted = `${textAt(object, 'spec', 'version')}.${textAt(object, 'spec', 'group')}`;
  if (name === wanted) return [];
  return [wrong('metadata.name', name, 'must be `spec.version+"."+spec.group`')];
}

function immutableDataProblems(object: ApiObject, existing: ApiObject | undefined): StatusCause[] {
  if (existing?.['immutable'] !== true) return [];
  return ['immutable', 'data', 'binaryData']
    .filter((field) => !deepEqual(object[field], existing[field]))
    .map((field) => forbidden(field, 'field is immutable when `immutable` is set'));
}

function roleRefProblems(object: ApiObject, existing: ApiObject | undefined): StatusCause[] {
  if (!at(object, 'roleRef', 'name')) return [required('roleRef.name')];
  if (!existing || deepEqual(object['roleRef'], existing['roleRef'])) return [];
  return [wrong('roleRef', object['roleRef'], 'cannot change roleRef')];
}
