/** A rule of a ClusterRole, and what the program needs it for. */
export interface Permission {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** Only objects of these names; absent: all. */
  readonly resourceNames?: readonly string[];
  readonly reason: string;
}

const read = ['get', 'list', 'watch'] as const;
const controlplane = ['controlplane.antrea.io'] as const;

/**
 * What `antrea-agent` may do in the cluster: the rules of its ClusterRole. No more than it asks for; a kind of object
 * that is not listed here is refused to it where RBAC is on.
 */
export const agentPermissions: readonly Permission[] = [
  {
    apiGroups: [''],
    resources: ['nodes'],
    verbs: [...read, 'patch'],
    reason: "Its Node's Pod CIDRs, other Nodes and their addresses; patch: annotations of its own Node.",
  },
  {
    apiGroups: [''],
    resources: ['pods'],
    verbs: [...read, 'patch'],
    reason: 'Pods of its Node; patch: the annotation of NodePortLocal.',
  },
  {
    apiGroups: [''],
    resources: ['services', 'endpoints'],
    verbs: read,
    reason: 'Load balancing (AntreaProxy), NodePortLocal, tracing of packets to Services.',
  },
  {
    apiGroups: ['discovery.k8s.io'],
    resources: ['endpointslices'],
    verbs: read,
    reason: 'Load balancing with the gate EndpointSlice.',
  },
  {
    apiGroups: [''],
    resources: ['events'],
    verbs: ['create'],
    reason: 'What of a Service or its Endpoints cannot be used.',
  },
  {
    apiGroups: ['crd.antrea.io'],
    resources: ['antreaagentinfos'],
    verbs: ['get', 'create', 'update', 'delete'],
    reason: 'What it tells about itself.',
  },
  {
    apiGroups: controlplane,
    resources: ['networkpolicies', 'appliedtogroups', 'addressgroups', 'egressgroups'],
    verbs: read,
    reason: 'Policies and groups for its Node, from the controller.',
  },
  {
    apiGroups: controlplane,
    resources: ['podpolicies'],
    verbs: ['get'],
    reason: 'Which policies a new Pod has to wait for.',
  },
  {
    apiGroups: controlplane,
    resources: ['nodestatssummaries'],
    verbs: ['create'],
    reason: 'Statistics of policies, to the controller.',
  },
  {
    apiGroups: controlplane,
    resources: ['networkpolicies/status'],
    verbs: ['create', 'get'],
    reason: 'Which policies its Node has realised, to the controller.',
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
    apiGroups: [''],
    resources: ['configmaps'],
    resourceNames: ['extension-apiserver-authentication', 'antrea-ca'],
    verbs: read,
    reason: 'The authorities of clients of its API, and that of the controller.',
  },
  {
    apiGroups: ['crd.antrea.io'],
    resources: ['traceflows', 'traceflows/status'],
    verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'],
    reason: 'Traceflow.',
  },
  {
    apiGroups: ['crd.antrea.io'],
    resources: ['egresses', 'externalippools'],
    verbs: read,
    reason: 'Egress.',
  },
  {
    apiGroups: ['crd.antrea.io'],
    resources: ['egresses/status'],
    verbs: ['update'],
    reason: 'Egress: which Node has the address.',
  },
];

/** Paths of the agent's API that antctl asks with its own account: `get` in its ClusterRole. */
export const antctlPaths: readonly string[] = [
  '/agentinfo',
  '/addressgroups',
  '/appliedtogroups',
  '/featuregates',
  '/loglevel',
  '/networkpolicies',
  '/ovsflows',
  '/ovstracing',
  '/podinterfaces',
  '/policyverdict',
];
