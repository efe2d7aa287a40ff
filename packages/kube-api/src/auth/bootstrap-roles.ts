import { newObject, type ApiObject } from '../object.js';
import { storageKey } from '../resources/resource.js';
import type { Store } from '../storage/store.js';
import type { PolicyRule } from './authorizer.js';

const group = 'rbac.authorization.k8s.io';
const read = ['get', 'list', 'watch'];
const write = ['create', 'delete', 'deletecollection', 'patch', 'update'];
const namespacedGroups = ['', 'apps', 'discovery.k8s.io', 'networking.k8s.io', 'coordination.k8s.io'];
const readable = [
  'configmaps',
  'daemonsets',
  'deployments',
  'endpoints',
  'endpointslices',
  'events',
  'leases',
  'namespaces',
  'networkpolicies',
  'pods',
  'pods/log',
  'replicasets',
  'serviceaccounts',
  'services',
  'statefulsets',
];

const clusterRoles: Readonly<Record<string, readonly PolicyRule[]>> = {
  'cluster-admin': [
    { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
    { nonResourceURLs: ['*'], verbs: ['*'] },
  ],
  'system:discovery': [
    {
      nonResourceURLs: [
        '/api',
        '/api/*',
        '/apis',
        '/apis/*',
        '/openapi',
        '/openapi/*',
        '/version',
        '/healthz',
        '/livez',
        '/readyz',
      ],
      verbs: ['get'],
    },
  ],
  'system:public-info-viewer': [{ nonResourceURLs: ['/healthz', '/livez', '/readyz', '/version'], verbs: ['get'] }],
  'system:basic-user': [
    {
      apiGroups: ['authorization.k8s.io'],
      resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
      verbs: ['create'],
    },
    { apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'], verbs: ['create'] },
  ],
  'system:auth-delegator': [
    { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
    { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
  ],
  'system:aggregate-to-view': [{ apiGroups: namespacedGroups, resources: readable, verbs: read }],
  'system:aggregate-to-edit': [
    {
      apiGroups: namespacedGroups,
      resources: [...readable.filter((name) => name !== 'namespaces'), 'secrets', 'pods/exec'],
      verbs: [...read, ...write],
    },
  ],
  'system:aggregate-to-admin': [
    { apiGroups: [group], resources: ['roles', 'rolebindings'], verbs: [...read, ...write] },
    { apiGroups: ['authorization.k8s.io'], resources: ['localsubjectaccessreviews'], verbs: ['create'] },
  ],
};

/** Roles that are made of every role with the label of one of these. */
const aggregated: Readonly<Record<string, readonly string[]>> = {
  view: ['view'],
  edit: ['edit', 'view'],
  admin: ['admin', 'edit', 'view'],
};

const bindings = [
  { name: 'cluster-admin', role: 'cluster-admin', subject: 'system:masters' },
  { name: 'system:discovery', role: 'system:discovery', subject: 'system:authenticated' },
  { name: 'system:basic-user', role: 'system:basic-user', subject: 'system:authenticated' },
  { name: 'system:public-info-viewer', role: 'system:public-info-viewer', subject: 'system:authenticated' },
];

/** Stores the roles that every cluster has from the start; those that are there already stay as they are. */
export function storeBootstrapRoles(store: Store): void {
  const version = `${group}/v1`;
  const put = (plural: string, object: ApiObject): void => {
    const collection = storageKey({ group, plural });
    const { name, namespace } = object.metadata;
    if (!store.get(collection, namespace === undefined ? name : `${namespace}/${name}`)) store.add(collection, object);
  };
  const labelled = (object: ApiObject, labels: Record<string, string> = {}): ApiObject => ({
    ...object,
    metadata: { ...object.metadata, labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels } },
  });
  for (const [name, rules] of Object.entries(clusterRoles)) {
    const to = /^system:aggregate-to-(.*)$/.exec(name)?.[1];
    const labels = to ? { [`rbac.authorization.k8s.io/aggregate-to-${to}`]: 'true' } : {};
    put('clusterroles', { ...labelled(newObject(version, 'ClusterRole', name), labels), rules });
  }
  for (const [name, parts] of Object.entries(aggregated)) {
    const clusterRoleSelectors = parts.map((part) => ({
      matchLabels: { [`rbac.authorization.k8s.io/aggregate-to-${part}`]: 'true' },
    }));
    put('clusterroles', {
      ...labelled(newObject(version, 'ClusterRole', name)),
      aggregationRule: { clusterRoleSelectors },
      rules: [],
    });
  }
  for (const { name, role, subject } of bindings) {
    put('clusterrolebindings', {
      ...labelled(newObject(version, 'ClusterRoleBinding', name)),
      roleRef: { apiGroup: group, kind: 'ClusterRole', name: role },
      subjects: [{ apiGroup: group, kind: 'Group', name: subject }],
    });
  }
  put('roles', {
    ...labelled(newObject(version, 'Role', 'extension-apiserver-authentication-reader', 'kube-system')),
    rules: [
      {
        apiGroups: [''],
        resources: ['configmaps'],
        resourceNames: ['extension-apiserver-authentication'],
        verbs: read,
      },
    ],
  });
}
