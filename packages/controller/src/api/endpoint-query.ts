import type { EndpointPolicy, EndpointQueryAnswer, NetworkPolicyReference } from '@antrea-ts/apis';
import { HttpError, queryParameters, type Router } from '@antrea-ts/runtime';
import type { PolicyParts } from '../policy/start-policies.js';

/** Adds `/endpoint?pod=NAME[&namespace=NS]`: the policies that apply to a Pod, and the rules that have it as a peer. */
export function routeEndpointQuery(router: Router, { policies, whenComputed, compute }: PolicyParts): void {
  router.get('/endpoint', async ({ query, signal }): Promise<{ body: { json: EndpointQueryAnswer } }> => {
    const { pod: name, namespace = 'default' } = queryParameters(query, ['pod', 'namespace']);
    if (name === undefined) throw new HttpError(400, 'pod must be provided');
    await whenComputed({ signal });
    compute();
    const found = policies.policiesOfPod(`${namespace}/${name}`);
    if (!found) {
      throw new HttpError(
        404,
        `could not find any endpoints matching your selection: there is no Pod ${namespace}/${name}`,
      );
    }
    const rules = found.naming.map(({ policy, direction, index }) => ({
      ...endpointPolicy(policy),
      direction,
      ruleindex: index,
    }));
    return {
      body: { json: { endpoints: [{ namespace, name, policies: found.targeting.map(endpointPolicy), rules }] } },
    };
  });
}

function endpointPolicy({ namespace = '', name, uid }: NetworkPolicyReference): EndpointPolicy {
  return { namespace, name, uid };
}
