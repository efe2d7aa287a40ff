import type { Schema } from './schema.js';

/** A list whose items merge by one field; `identity` is given where it takes more than that field to tell them apart. */
function byKey(patchKey: string, identity: readonly string[] = [patchKey], strategy = 'merge'): Schema {
  return {
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': identity,
    'x-kubernetes-patch-merge-key': patchKey,
    'x-kubernetes-patch-strategy': strategy,
  };
}

const mergingSet: Schema = { 'x-kubernetes-list-type': 'set', 'x-kubernetes-patch-strategy': 'merge' };
const appliedSet: Schema = { 'x-kubernetes-list-type': 'set' };
const conditions = { conditions: byKey('type') };
const container = {
  env: byKey('name'),
  ports: byKey('containerPort', ['containerPort', 'protocol']),
  volumeMounts: byKey('mountPath'),
  volumeDevices: byKey('devicePath'),
};

/**
 * How lists of built-in types merge, by definition and field; every other list is replaced as a whole. The types'
 * declarations do not say this, so it is said here, as the API's own documentation has it.
 */
export const mergeKeys: Readonly<Record<string, Readonly<Record<string, Schema>>>> = {
  'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta': { ownerReferences: byKey('uid'), finalizers: mergingSet },
  'io.k8s.api.core.v1.PodSpec': {
    containers: byKey('name'),
    initContainers: byKey('name'),
    ephemeralContainers: byKey('name'),
    volumes: byKey('name', ['name'], 'merge,retainKeys'),
    imagePullSecrets: byKey('name'),
    hostAliases: byKey('ip'),
    topologySpreadConstraints: byKey('topologyKey', ['topologyKey', 'whenUnsatisfiable']),
  },
  'io.k8s.api.core.v1.Container': container,
  'io.k8s.api.core.v1.EphemeralContainer': container,
  // A port that does not say which protocol is a TCP port, also where ports are told apart.
  'io.k8s.api.core.v1.ContainerPort': { protocol: { default: 'TCP' } },
  'io.k8s.api.core.v1.ServicePort': { protocol: { default: 'TCP' } },
  'io.k8s.api.core.v1.PodStatus': { ...conditions, podIPs: byKey('ip'), hostIPs: byKey('ip') },
  'io.k8s.api.core.v1.ServiceSpec': { ports: byKey('port', ['port', 'protocol']) },
  'io.k8s.api.core.v1.ServiceStatus': conditions,
  'io.k8s.api.core.v1.NodeSpec': { podCIDRs: mergingSet },
  'io.k8s.api.core.v1.NodeStatus': { ...conditions, addresses: byKey('type') },
  'io.k8s.api.core.v1.NamespaceStatus': conditions,
  'io.k8s.api.core.v1.ServiceAccount': { secrets: byKey('name') },
  'io.k8s.api.apps.v1.DeploymentStatus': conditions,
  'io.k8s.api.apps.v1.ReplicaSetStatus': conditions,
  'io.k8s.api.apps.v1.DaemonSetStatus': conditions,
  'io.k8s.api.apps.v1.StatefulSetStatus': conditions,
  'io.k8s.api.discovery.v1.Endpoint': { addresses: appliedSet },
  'io.k8s.api.admissionregistration.v1.MutatingWebhookConfiguration': { webhooks: byKey('name') },
  'io.k8s.api.admissionregistration.v1.ValidatingWebhookConfiguration': { webhooks: byKey('name') },
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus': {
    conditions: { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] },
  },
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceStatus': conditions,
};

/** Structures that one manager owns as a whole. */
export const atomicDefinitions: ReadonlySet<string> = new Set([
  'io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector',
  'io.k8s.api.core.v1.NodeSelector',
  'io.k8s.api.core.v1.NodeSelectorTerm',
  'io.k8s.api.core.v1.ObjectReference',
  'io.k8s.api.core.v1.LocalObjectReference',
  'io.k8s.api.core.v1.TypedLocalObjectReference',
  'io.k8s.api.core.v1.SecretKeySelector',
  'io.k8s.api.core.v1.ConfigMapKeySelector',
  'io.k8s.api.core.v1.ObjectFieldSelector',
  'io.k8s.api.core.v1.ResourceFieldSelector',
]);
