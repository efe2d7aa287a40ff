import type { CustomResourceDefinition } from 'kubernetes-types/apiextensions/v1.js';
import type { DaemonSet, Deployment } from 'kubernetes-types/apps/v1.js';
import type { SubjectAccessReview } from 'kubernetes-types/authorization/v1.js';
import type { TokenReview } from 'kubernetes-types/authentication/v1.js';
import type {
  ConfigMap,
  Endpoints,
  Event,
  Namespace,
  Node,
  Pod,
  Secret,
  Service,
  ServiceAccount,
} from 'kubernetes-types/core/v1.js';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import type { NetworkPolicy } from 'kubernetes-types/networking/v1.js';
import { resource } from './resource.js';

const core = { group: '', version: 'v1' } as const;

/** The built-in resources that this project reads or writes, and those in which its programs tell of themselves. */
export const resources = {
  configMaps: resource<ConfigMap>({ ...core, plural: 'configmaps', kind: 'ConfigMap', namespaced: true }),
  endpoints: resource<Endpoints>({ ...core, plural: 'endpoints', kind: 'Endpoints', namespaced: true }),
  events: resource<Event>({ ...core, plural: 'events', kind: 'Event', namespaced: true }),
  namespaces: resource<Namespace>({ ...core, plural: 'namespaces', kind: 'Namespace', namespaced: false }),
  nodes: resource<Node>({ ...core, plural: 'nodes', kind: 'Node', namespaced: false }),
  pods: resource<Pod>({ ...core, plural: 'pods', kind: 'Pod', namespaced: true }),
  secrets: resource<Secret>({ ...core, plural: 'secrets', kind: 'Secret', namespaced: true }),
  serviceAccounts: resource<ServiceAccount>({
    ...core,
    plural: 'serviceaccounts',
    kind: 'ServiceAccount',
    namespaced: true,
  }),
  services: resource<Service>({ ...core, plural: 'services', kind: 'Service', namespaced: true }),
  daemonSets: resource<DaemonSet>({
    group: 'apps',
    version: 'v1',
    plural: 'daemonsets',
    kind: 'DaemonSet',
    namespaced: true,
  }),
  deployments: resource<Deployment>({
    group: 'apps',
    version: 'v1',
    plural: 'deployments',
    kind: 'Deployment',
    namespaced: true,
  }),
  endpointSlices: resource<EndpointSlice>({
    group: 'discovery.k8s.io',
    version: 'v1',
    plural: 'endpointslices',
    kind: 'EndpointSlice',
    namespaced: true,
  }),
  networkPolicies: resource<NetworkPolicy>({
    group: 'networking.k8s.io',
    version: 'v1',
    plural: 'networkpolicies',
    kind: 'NetworkPolicy',
    namespaced: true,
  }),
  customResourceDefinitions: resource<CustomResourceDefinition>({
    group: 'apiextensions.k8s.io',
    version: 'v1',
    plural: 'customresourcedefinitions',
    kind: 'CustomResourceDefinition',
    namespaced: false,
  }),
  tokenReviews: resource<TokenReview>({
    group: 'authentication.k8s.io',
    version: 'v1',
    plural: 'tokenreviews',
    kind: 'TokenReview',
    namespaced: false,
  }),
  subjectAccessReviews: resource<SubjectAccessReview>({
    group: 'authorization.k8s.io',
    version: 'v1',
    plural: 'subjectaccessreviews',
    kind: 'SubjectAccessReview',
    namespaced: false,
  }),
  antreaAgentInfos: resource({
    group: 'crd.antrea.io',
    version: 'v1beta1',
    plural: 'antreaagentinfos',
    kind: 'AntreaAgentInfo',
    namespaced: false,
  }),
  antreaControllerInfos: resource({
    group: 'crd.antrea.io',
    version: 'v1beta1',
    plural: 'antreacontrollerinfos',
    kind: 'AntreaControllerInfo',
    namespaced: false,
  }),
} as const;
