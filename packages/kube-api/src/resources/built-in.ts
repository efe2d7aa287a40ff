import { endpointSliceV1beta1 } from './endpoint-slice-versions.js';
import type { ApiResource, Conversion } from './resource.js';

interface Row {
  readonly kind: string;
  readonly plural?: string;
  readonly short?: readonly string[];
  readonly namespaced?: boolean;
  readonly status?: boolean;
  readonly virtual?: boolean;
  readonly fields?: readonly string[];
  readonly categories?: readonly string[];
  readonly generation?: boolean;
  readonly scales?: boolean;
  readonly conversion?: Conversion;
}

const replicas = {
  specReplicasPath: '.spec.replicas',
  statusReplicasPath: '.status.replicas',
  labelSelectorPath: '.spec.selector',
};

function rows(group: string, version: string, list: readonly Row[]): ApiResource[] {
  return list.map((row) => ({
    group,
    version,
    kind: row.kind,
    plural: row.plural ?? `${row.kind.toLowerCase()}s`,
    singular: row.kind.toLowerCase(),
    shortNames: row.short ?? [],
    categories: row.categories ?? [],
    namespaced: row.namespaced ?? true,
    status: row.status ?? false,
    selectableFields: row.fields ?? [],
    generation: row.generation ?? false,
    ...(row.virtual ? { virtual: true } : {}),
    ...(row.scales ? { scale: replicas } : {}),
    ...(row.conversion ? { conversion: row.conversion } : {}),
  }));
}

const all = ['all'];

/** What a cluster has of itself, as far as the network and its tools touch it. */
export const builtInResources: readonly ApiResource[] = [
  ...rows('', 'v1', [
    { kind: 'Namespace', short: ['ns'], namespaced: false, status: true, fields: ['status.phase'] },
    { kind: 'Node', short: ['no'], namespaced: false, status: true, fields: ['spec.unschedulable'] },
    {
      kind: 'Pod',
      short: ['po'],
      status: true,
      categories: all,
      fields: ['spec.nodeName', 'status.phase', 'spec.restartPolicy', 'status.podIP', 'spec.serviceAccountName'],
    },
    { kind: 'Service', short: ['svc'], status: true, categories: all, fields: ['spec.clusterIP', 'spec.type'] },
    { kind: 'Endpoints', plural: 'endpoints', short: ['ep'] },
    { kind: 'ConfigMap', short: ['cm'] },
    { kind: 'Secret', fields: ['type'] },
    { kind: 'ServiceAccount', short: ['sa'] },
    {
      kind: 'Event',
      short: ['ev'],
      fields: [
        'involvedObject.kind',
        'involvedObject.namespace',
        'involvedObject.name',
        'involvedObject.uid',
        'involvedObject.apiVersion',
        'involvedObject.resourceVersion',
        'involvedObject.fieldPath',
        'reason',
        'reportingComponent',
        'source',
        'type',
      ],
    },
  ]),
  ...rows('apps', 'v1', [
    { kind: 'Deployment', short: ['deploy'], status: true, categories: all, generation: true, scales: true },
    { kind: 'ReplicaSet', short: ['rs'], status: true, categories: all, generation: true, scales: true },
    { kind: 'DaemonSet', short: ['ds'], status: true, categories: all, generation: true },
    { kind: 'StatefulSet', short: ['sts'], status: true, categories: all, generation: true, scales: true },
  ]),
  ...rows('discovery.k8s.io', 'v1', [{ kind: 'EndpointSlice' }]),
  ...rows('discovery.k8s.io', 'v1beta1', [{ kind: 'EndpointSlice', conversion: endpointSliceV1beta1 }]),
  ...rows('networking.k8s.io', 'v1', [
    { kind: 'NetworkPolicy', plural: 'networkpolicies', short: ['netpol'], generation: true },
  ]),
  ...rows('coordination.k8s.io', 'v1', [{ kind: 'Lease' }]),
  ...rows('rbac.authorization.k8s.io', 'v1', [
    { kind: 'Role' },
    { kind: 'RoleBinding' },
    { kind: 'ClusterRole', namespaced: false },
    { kind: 'ClusterRoleBinding', namespaced: false },
  ]),
  ...rows('apiextensions.k8s.io', 'v1', [
    {
      kind: 'CustomResourceDefinition',
      short: ['crd', 'crds'],
      namespaced: false,
      status: true,
      categories: ['api-extensions'],
      generation: true,
    },
  ]),
  ...rows('apiregistration.k8s.io', 'v1', [
    { kind: 'APIService', namespaced: false, status: true, categories: ['api-extensions'] },
  ]),
  ...rows('admissionregistration.k8s.io', 'v1', [
    { kind: 'MutatingWebhookConfiguration', namespaced: false, generation: true, categories: ['api-extensions'] },
    { kind: 'ValidatingWebhookConfiguration', namespaced: false, generation: true, categories: ['api-extensions'] },
  ]),
  ...rows('authentication.k8s.io', 'v1', [
    { kind: 'TokenReview', namespaced: false, virtual: true },
    { kind: 'SelfSubjectReview', namespaced: false, virtual: true },
  ]),
  ...rows('authorization.k8s.io', 'v1', [
    { kind: 'SubjectAccessReview', namespaced: false, virtual: true },
    { kind: 'SelfSubjectAccessReview', namespaced: false, virtual: true },
    { kind: 'LocalSubjectAccessReview', virtual: true },
    { kind: 'SelfSubjectRulesReview', namespaced: false, virtual: true },
  ]),
];
