import { controlplaneApiVersion, type PodPolicies } from '@antrea-ts/apis';
import { HttpError } from '@antrea-ts/runtime';
import type { PolicyParts } from '../policy/start-policies.js';
import { json, type ResourceHandlers } from './api-group.js';

/** `namespaces/NS/podpolicies/NAME?node=NODE`: what applies to a Pod on that Node. */
export function podPolicies({ policies, whenComputed, compute }: PolicyParts): ResourceHandlers {
  return {
    async get({ namespace, name, http: { query, signal } }) {
      const node = query.get('node') ?? '';
      if (namespace === '' || node === '') throw new HttpError(400, 'a namespace and ?node= must be provided');
      await whenComputed({ signal });
      // What is told here has been told to those who watch.
      compute();
      const applied = policies.appliedToPod(`${namespace}/${name}`, node);
      const answer: PodPolicies = {
        metadata: { name, namespace, creationTimestamp: null },
        isKnown: applied !== undefined,
        policies: applied?.policies ?? [],
        appliedToGroups: applied?.appliedToGroups ?? [],
      };
      return json({ kind: 'PodPolicies', apiVersion: controlplaneApiVersion, ...answer });
    },
  };
}
