import { ClusterPolicies } from '@antrea-ts/policy';
import type { HttpRequest } from '@antrea-ts/runtime';
import { expect, it } from 'vitest';
import { sha1 } from '../policy/sha1.js';
import type { PolicyParts } from '../policy/start-policies.js';
import { createStores } from '../store/kinds.js';
import { controlplaneApi } from './controlplane-api.js';

it('a watch that begins amid changes ends with the members that there are', async () => {
  const policies = new ClusterPolicies({ sha1 });
  const stores = createStores();
  const compute = (): void => stores.addressGroups.apply(policies.takeChanges().addressGroups);
  const setPod = (app: string): void =>
    policies.set('pod', 'default/a', {
      metadata: { namespace: 'default', name: 'a', labels: { app } },
      spec: { nodeName: 'n1' },
      status: { phase: 'Running', podIPs: [{ ip: '10.0.0.1' }] },
    });
  policies.set('namespace', 'default', { metadata: { name: 'default' } });
  policies.set('k8sNetworkPolicy', 'default/np', {
    metadata: { namespace: 'default', name: 'np', uid: 'np' },
    spec: { podSelector: {}, ingress: [{ from: [{ podSelector: { matchLabels: { app: 'client' } } }] }] },
  });
  setPod('client');
  compute();

  setPod('other');
  const parts = { policies, stores, compute, whenComputed: async () => undefined } as unknown as PolicyParts;
  const { handlers } = controlplaneApi(parts).resources.find(({ resource }) => resource.name === 'addressgroups')!;
  const http = { query: new URLSearchParams({ watch: 'true' }), signal: new AbortController().signal };
  const { body } = await handlers.list!({ http: http as HttpRequest } as never);
  setPod('client');
  compute();

  const members = new Set<string>();
  const read = async (): Promise<void> => {
    for await (const piece of body as AsyncIterable<string>) {
      for (const line of piece.trimEnd().split('\n')) {
        const { object } = JSON.parse(line) as { object: Record<string, { pod: { name: string } }[] | undefined> };
        for (const { pod } of object['groupMembers'] ?? []) members.add(pod.name);
        for (const { pod } of object['addedGroupMembers'] ?? []) members.add(pod.name);
        for (const { pod } of object['removedGroupMembers'] ?? []) members.delete(pod.name);
      }
    }
  };
  const reading = read();
  await expect.poll(() => [...members]).toEqual(['a']);
  stores.addressGroups.close();
  await reading;
});
