/** A Kubernetes NetworkPolicy of the Namespace `default`. */
export const k8s = (spec: object, name = 'np'): object => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace: 'default' },
  spec,
});

/** A ClusterNetworkPolicy; of priority 5 unless the spec says another. */
export const acnp = (spec: object, name = 'acnp'): object => ({
  apiVersion: 'crd.antrea.io/v1alpha1',
  kind: 'ClusterNetworkPolicy',
  metadata: { name },
  spec: { priority: 5, ...spec },
});

/** An Antrea NetworkPolicy of the Namespace `default`. */
export const anp = (spec: object, name = 'anp'): object => ({
  apiVersion: 'crd.antrea.io/v1alpha1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace: 'default' },
  spec: { priority: 5, ...spec },
});

export function clusterGroup(name: string, spec: object, version = 'v1alpha3'): object {
  return { apiVersion: `crd.antrea.io/${version}`, kind: 'ClusterGroup', metadata: { name }, spec };
}

/** Pods with the label `app`, as a peer or a target. */
export const app = (value: string): object => ({ podSelector: { matchLabels: { app: value } } });

/** Several objects as one, for `kubectl apply`. */
export function list(items: readonly object[]): object {
  return { apiVersion: 'v1', kind: 'List', items };
}
