import type { AntreaPolicy, ClusterGroup, Namespace, Tier } from '@antrea-ts/apis';
import {
  convertClusterGroup,
  mutateNamespace,
  mutatePolicy,
  validateClusterGroup,
  validatePolicy,
  validateTierCreate,
  validateTierDelete,
  validateTierUpdate,
} from '@antrea-ts/policy';
import { errorMessage, type HttpAnswer, type HttpRequest, type Router } from '@antrea-ts/runtime';
import { json } from '../api/api-group.js';
import type { FollowedCluster } from '../cluster/follow-cluster.js';
import { sha1 } from '../policy/sha1.js';
import { mutating, readReview, validating, type Admission } from './review.js';

/** Paths that the API server asks without being anybody. */
export const webhookPaths: readonly string[] = [
  '/mutate/namespace',
  '/mutate/acnp',
  '/mutate/anp',
  '/validate/acnp',
  '/validate/anp',
  '/validate/tier',
  '/validate/clustergroup',
  '/convert/clustergroup',
];

/** What webhooks know of the cluster. */
interface Facts {
  readonly cluster: Pick<FollowedCluster, 'objects'>;
  /** `system:serviceaccount:NAMESPACE:NAME` of the controller. */
  readonly controllerUser: string;
}

/** Adds the webhook that labels Namespaces, whatever the gates (Antrea 1.3). */
export function routeNamespaceWebhook(router: Router): void {
  router.post(
    '/mutate/namespace',
    mutating(({ object }) => mutateNamespace(object as Namespace)),
  );
}

/** Adds the webhooks for `crd.antrea.io` (Antrea 1.3, 2.14). */
export function routeWebhooks(router: Router, facts: Facts): void {
  const mutate = mutating(({ object }) => mutatePolicy(object as AntreaPolicy, sha1));
  const validate = validating(({ object, operation }) => {
    if (operation === 'DELETE') return undefined;
    const exists = (name: string): boolean => tiersOf(facts).some(({ metadata }) => metadata.name === name);
    return validatePolicy(object as AntreaPolicy, { tierExists: exists });
  });
  for (const kind of ['acnp', 'anp']) {
    router.post(`/mutate/${kind}`, mutate);
    router.post(`/validate/${kind}`, validate);
  }
  router.post(
    '/validate/tier',
    validating((admission) => checkTier(admission, facts)),
  );
  router.post(
    '/validate/clustergroup',
    validating((admission) => checkClusterGroup(admission, facts)),
  );
  router.post('/convert/clustergroup', (http) => convert(http));
}

function tiersOf({ cluster }: Facts): readonly Tier[] {
  return [...cluster.objects('tier')];
}

function checkTier({ operation, object, oldObject, user }: Admission, facts: Facts) {
  const { cluster } = facts;
  const known = {
    tiers: tiersOf(facts),
    clusterNetworkPolicies: [...cluster.objects('clusterNetworkPolicy')],
    networkPolicies: [...cluster.objects('antreaNetworkPolicy')],
  };
  if (operation === 'CREATE') return validateTierCreate(object as Tier, known);
  if (operation === 'DELETE') return validateTierDelete(oldObject as Tier, known);
  return validateTierUpdate(oldObject as Tier, object as Tier, { isController: user === facts.controllerUser });
}

function checkClusterGroup({ operation, object }: Admission, { cluster }: Facts) {
  if (operation === 'DELETE') return undefined;
  const groups = new Map([...cluster.objects('clusterGroup')].map((group) => [group.metadata.name, group]));
  return validateClusterGroup(object as ClusterGroup, {
    get: (name) => groups.get(name),
    parentsOf: (name) =>
      [...groups.values()].filter(({ spec }) => spec?.childGroups?.includes(name)).map(({ metadata }) => metadata.name),
  });
}

async function convert(http: HttpRequest): Promise<HttpAnswer> {
  const { apiVersion, kind, request } = await readReview(http, 'ConversionReview');
  const { uid, desiredAPIVersion, objects } = request as Record<string, unknown>;
  try {
    const convertedObjects = (Array.isArray(objects) ? objects : []).map((group) =>
      convertClusterGroup(group as ClusterGroup & { apiVersion: string }, String(desiredAPIVersion)),
    );
    return json({ apiVersion, kind, response: { uid, convertedObjects, result: { status: 'Success' } } });
  } catch (error) {
    const result = { status: 'Failure', message: errorMessage(error) };
    return json({ apiVersion, kind, response: { uid, convertedObjects: [], result } });
  }
}
