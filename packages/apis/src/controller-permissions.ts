import type { Permission } from './agent-permissions.js';

const read = ['get', 'list', 'watch'] as const;

/**
 * The objects, besides the ConfigMap `antrea-ca`, in which the controller keeps the authority of its certificate, for
 * the API server that calls it. Not every cluster has all of them (Antrea 1.3).
 */
export const authorityPlaces = {
  apiServices: [
    'v1beta2.controlplane.antrea.io',
    'v1alpha1.stats.antrea.io',
    'v1beta1.system.antrea.io',
    'v1beta2.controlplane.antrea.tanzu.vmware.com',
    'v1alpha1.stats.antrea.tanzu.vmware.com',
    'v1beta1.system.antrea.tanzu.vmware.com',
  ],
  mutatingWebhooks: ['crdmutator.antrea.io', 'crdmutator.antrea.tanzu.vmware.com', 'labelsmutator.antrea.io'],
  validatingWebhooks: ['crdvalidator.antrea.io', 'crdvalidator.antrea.tanzu.vmware.com'],
  conversions: ['clustergroups.crd.antrea.io'],
} as const;

/** What `antrea-controller` may do in the whole cluster: the rules of its ClusterRole, and no more than it asks for. */
export const controllerPermissions: readonly Permission[] = [
  {
    apiGroups: [''],
    resources: ['nodes', 'namespaces', 'pods', 'services'],
    verbs: read,
    reason: 'What policies select, and Nodes that are gone.',
  },
  {
    apiGroups: ['networking.k8s.io'],
    resources: ['networkpolicies'],
    verbs: read,
    reason: 'Policies of Kubernetes.',
  },
  {
    apiGroups: ['crd.antrea.io'],
    resources: ['clusternetworkpolicies', 'networkpolicies', 'clustergroups', 'externalentities', 'tiers'],
    verbs: [...read, 'create', 'update', 'patch', 'delete'],
    reason: 'Policies, and what they select; to write: its own tiers, and what is mirrored from legacy groups.',
  },
  {
    apiGroups: ['crd.antrea.io'],
    resources: ['clusternetworkpolicies/status', 'networkpolicies/status', 'clustergroups/status'],
    verbs: ['update', 'patch'],
    reason: 'How far policies are enforced, and whether members of groups are known.',
  },
  {
    apiGroups: ['security.antrea.tanzu.vmware.com'],
    resources: ['clusternetworkpolicies', 'networkpolicies', 'tiers'],
    verbs: read,
    reason: 'Objects of legacy groups, to mirror them.',
  },
  {
    apiGroups: ['core.antrea.tanzu.vmware.com'],
    resources: ['clustergroups', 'externalentities'],
    verbs: read,
    reason: 'Objects of legacy groups, to mirror them.',
  },
  {
    apiGroups: ['security.antrea.tanzu.vmware.com'],
    resources: ['clusternetworkpolicies/status', 'networkpolicies/status'],
    verbs: ['patch'],
    reason: 'Status of what is mirrored.',
  },
  {
    apiGroups: ['core.antrea.tanzu.vmware.com'],
    resources: ['clustergroups/status'],
    verbs: ['patch'],
    reason: 'Status of what is mirrored.',
  },
  {
    apiGroups: ['crd.antrea.io'],
    resources: ['antreacontrollerinfos'],
    verbs: ['get', 'create', 'update'],
    reason: 'What it tells about itself.',
  },
  {
    apiGroups: ['crd.antrea.io'],
    resources: ['antreaagentinfos'],
    verbs: ['list', 'delete'],
    reason: 'Removing what agents told whose Nodes are gone.',
  },
  {
    apiGroups: [''],
    resources: ['events'],
    verbs: ['create'],
    reason: 'What happened to policies.',
  },
  {
    apiGroups: ['authentication.k8s.io'],
    resources: ['tokenreviews'],
    verbs: ['create'],
    reason: 'Who asks its API.',
  },
  {
    apiGroups: ['authorization.k8s.io'],
    resources: ['subjectaccessreviews'],
    verbs: ['create'],
    reason: 'Whether they may.',
  },
  {
    apiGroups: ['apiregistration.k8s.io'],
    resources: ['apiservices'],
    resourceNames: authorityPlaces.apiServices,
    verbs: ['get', 'patch'],
    reason: 'The authority of its certificate, for the API server.',
  },
  {
    apiGroups: ['admissionregistration.k8s.io'],
    resources: ['mutatingwebhookconfigurations'],
    resourceNames: authorityPlaces.mutatingWebhooks,
    verbs: ['get', 'patch'],
    reason: 'The same, for webhooks.',
  },
  {
    apiGroups: ['admissionregistration.k8s.io'],
    resources: ['validatingwebhookconfigurations'],
    resourceNames: authorityPlaces.validatingWebhooks,
    verbs: ['get', 'patch'],
    reason: 'The same, for webhooks.',
  },
  {
    apiGroups: ['apiextensions.k8s.io'],
    resources: ['customresourcedefinitions'],
    resourceNames: authorityPlaces.conversions,
    verbs: ['get', 'patch'],
    reason: 'The same, for the conversion of ClusterGroups.',
  },
];

/** What `antrea-controller` may do besides in the Namespace of Antrea: the rules of its Role. */
export const controllerNamespacePermissions: readonly Permission[] = [
  {
    apiGroups: [''],
    resources: ['configmaps'],
    resourceNames: ['extension-apiserver-authentication'],
    verbs: read,
    reason: 'The authorities of clients of its API.',
  },
  {
    apiGroups: [''],
    resources: ['configmaps'],
    resourceNames: ['antrea-ca'],
    verbs: ['get', 'patch'],
    reason: 'The authority of its certificate, for agents and antctl.',
  },
  {
    apiGroups: [''],
    resources: ['configmaps'],
    verbs: ['create'],
    reason: 'The same: what is to be created has no name to restrict it by.',
  },
];
