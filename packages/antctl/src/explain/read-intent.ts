import type {
  AntreaPolicy,
  ClusterGroup,
  ExternalEntity,
  K8sNetworkPolicy,
  Namespace,
  Pod,
  Service,
  Tier,
} from '@antrea-ts/apis';
import type { Intent } from '@antrea-ts/policy/verdict';
import type { Api } from '../connection/api.js';

/** Everything that verdicts depend on, from the Kubernetes API. */
export async function readIntent(api: Api): Promise<Intent> {
  const list = async <T>(path: string): Promise<readonly T[]> => {
    const { items } = (await api.get({ from: 'cluster', path })) as { readonly items?: readonly T[] | null };
    return items ?? [];
  };
  const crd = '/apis/crd.antrea.io';
  const [namespaces, pods, services, k8sNetworkPolicies, antreaNetworkPolicies] = await Promise.all([
    list<Namespace>('/api/v1/namespaces'),
    list<Pod>('/api/v1/pods'),
    list<Service>('/api/v1/services'),
    list<K8sNetworkPolicy>('/apis/networking.k8s.io/v1/networkpolicies'),
    list<AntreaPolicy>(`${crd}/v1alpha1/networkpolicies`),
  ]);
  const [clusterNetworkPolicies, tiers, clusterGroups, externalEntities] = await Promise.all([
    list<AntreaPolicy>(`${crd}/v1alpha1/clusternetworkpolicies`),
    list<Tier>(`${crd}/v1alpha1/tiers`),
    list<ClusterGroup>(`${crd}/v1alpha3/clustergroups`),
    list<ExternalEntity>(`${crd}/v1alpha2/externalentities`),
  ]);
  return {
    namespaces,
    pods,
    services,
    k8sNetworkPolicies,
    antreaNetworkPolicies,
    clusterNetworkPolicies,
    tiers,
    clusterGroups,
    externalEntities,
  };
}
