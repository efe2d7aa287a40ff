import type { ControlplaneGroup, ControlplaneNetworkPolicy, PolicyType } from '@antrea-ts/apis';
import { controlplaneApiVersion } from '@antrea-ts/apis';
import type { NodeRules } from '@antrea-ts/policy';
import { HttpError, queryParameters, type HttpAnswer, type Router } from '@antrea-ts/runtime';

const types: Readonly<Record<string, PolicyType>> = {
  NP: 'K8sNetworkPolicy',
  K8SNP: 'K8sNetworkPolicy',
  ACNP: 'AntreaClusterNetworkPolicy',
  ANP: 'AntreaNetworkPolicy',
};

/**
 * Adds `/networkpolicies`, `/appliedtogroups` and `/addressgroups`: what the controller has told this Node, in the form of
 * 1.3 (messages of the control plane).
 */
export function routePolicies(router: Router, rules: Pick<NodeRules, 'snapshot' | 'policiesOfPod'>): void {
  router.get('/networkpolicies', ({ query }) => {
    const given = queryParameters(query, ['name', 'source', 'namespace', 'pod', 'type']);
    const { name, source, namespace, pod, type } = given;
    if (name !== undefined && (source ?? namespace ?? pod ?? type) !== undefined) {
      throw new HttpError(400, 'with a name, none of the other fields can be set');
    }
    if (pod !== undefined && namespace === undefined) {
      throw new HttpError(400, 'with a pod name, namespace must be provided');
    }
    const kind = type === undefined ? undefined : types[type.toUpperCase()];
    if (type !== undefined && kind === undefined) {
      throw new HttpError(400, 'invalid reference type. It should be K8sNP, ACNP or ANP');
    }
    const ofPod = pod === undefined ? undefined : new Set(rules.policiesOfPod(namespace ?? '', pod));
    const found = told<ControlplaneNetworkPolicy>(rules, 'networkPolicies').filter(({ metadata, sourceRef }) => {
      if (name !== undefined) return metadata.name === name;
      if (kind !== undefined && sourceRef?.type !== kind) return false;
      if (source !== undefined && sourceRef?.name !== source) return false;
      if (ofPod !== undefined) return ofPod.has(metadata.name);
      return namespace === undefined || sourceRef?.namespace === namespace;
    });
    if (name !== undefined && found.length === 0) throw new HttpError(404, `this Node has no policy ${name}`);
    return list('NetworkPolicyList', found);
  });
  for (const [path, kind, listKind] of [
    ['/appliedtogroups', 'appliedToGroups', 'AppliedToGroupList'],
    ['/addressgroups', 'addressGroups', 'AddressGroupList'],
  ] as const) {
    router.get(path, ({ query }) => {
      const { name } = queryParameters(query, ['name']);
      const groups = told<ControlplaneGroup>(rules, kind);
      if (name === undefined) return list(listKind, groups);
      const found = groups.find(({ metadata }) => metadata.name === name);
      if (!found) throw new HttpError(404, `this Node has no group ${name}`);
      return { body: { json: found } };
    });
  }
}

/** Nothing before the controller has told everything. */
function told<T>(
  rules: Pick<NodeRules, 'snapshot'>,
  kind: 'networkPolicies' | 'appliedToGroups' | 'addressGroups',
): T[] {
  return (rules.snapshot()?.[kind] ?? []) as T[];
}

function list(kind: string, items: readonly unknown[]): HttpAnswer {
  return { body: { json: { kind, apiVersion: controlplaneApiVersion, metadata: {}, items } } };
}
