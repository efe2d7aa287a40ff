import { antctlPaths, type Permission } from './agent-permissions.js';

const read = ['get', 'list'];

/** What antctl asks of the Kubernetes API, for its ClusterRole; nothing of it writes. */
export const antctlPermissions: readonly Permission[] = [
  {
    apiGroups: ['controlplane.antrea.io'],
    resources: ['networkpolicies', 'appliedtogroups', 'addressgroups'],
    verbs: read,
    reason: 'Policies and groups, as the controller computed them.',
  },
  {
    apiGroups: ['crd.antrea.io'],
    resources: ['antreaagentinfos', 'antreacontrollerinfos'],
    verbs: read,
    reason: 'How agents and controller are, and where.',
  },
  {
    apiGroups: [''],
    resources: ['nodes'],
    verbs: read,
    reason: 'Addresses of Nodes, to ask agents and controller, and for what comes in by them (`explain`).',
  },
  {
    apiGroups: ['crd.antrea.io'],
    resources: ['clusternetworkpolicies', 'networkpolicies', 'tiers', 'clustergroups', 'externalentities'],
    verbs: read,
    reason: 'What users wrote, for `explain`.',
  },
  {
    apiGroups: ['networking.k8s.io'],
    resources: ['networkpolicies'],
    verbs: read,
    reason: 'What users wrote, for `explain`.',
  },
  {
    apiGroups: [''],
    resources: ['namespaces', 'pods', 'services'],
    verbs: read,
    reason: 'Whom policies are about, for `explain`.',
  },
  {
    apiGroups: [''],
    resources: ['endpoints'],
    verbs: read,
    reason: 'Where Services lead to, for `explain`.',
  },
  {
    apiGroups: ['discovery.k8s.io'],
    resources: ['endpointslices'],
    verbs: read,
    reason: 'Where Services lead to, for `explain`.',
  },
  {
    apiGroups: [''],
    resources: ['configmaps'],
    resourceNames: ['antrea-ca'],
    verbs: ['get'],
    reason: 'The authority of the controller’s certificate.',
  },
];

/** Paths of agents and controller that antctl asks: `get` on them as non-resource URLs. */
export const antctlUrls: readonly string[] = [...antctlPaths, '/endpoint', '/version'].sort();
