import { agentPermissions } from '@antrea-ts/apis';
import { isKubeError, resource, type KubeClient } from '@antrea-ts/kube';
import type { ClusterRole, ClusterRoleBinding } from 'kubernetes-types/rbac/v1.js';

const rbac = { group: 'rbac.authorization.k8s.io', version: 'v1', namespaced: false } as const;
const clusterRoles = resource<ClusterRole>({ ...rbac, plural: 'clusterroles', kind: 'ClusterRole' });
const bindings = resource<ClusterRoleBinding>({
  ...rbac,
  plural: 'clusterrolebindings',
  kind: 'ClusterRoleBinding',
});

/** Gives the accounts of agents and controller their rights: those of the agent are exactly what it says to need. */
export async function installRoles(client: KubeClient): Promise<void> {
  const rules = agentPermissions.map(({ apiGroups, resources, verbs, resourceNames }) => ({
    apiGroups: [...apiGroups],
    resources: [...resources],
    verbs: [...verbs],
    ...(resourceNames && { resourceNames: [...resourceNames] }),
  }));
  await ensure(client.create(clusterRoles, { metadata: { name: 'antrea-agent' }, rules }));
  await bind(client, 'antrea-agent', 'antrea-agent');
  await bind(client, 'antrea-controller', 'cluster-admin');
}

async function bind(client: KubeClient, account: string, role: string): Promise<void> {
  await ensure(
    client.create(bindings, {
      metadata: { name: account },
      roleRef: { apiGroup: rbac.group, kind: 'ClusterRole', name: role },
      subjects: [{ kind: 'ServiceAccount', name: account, namespace: 'kube-system' }],
    }),
  );
}

async function ensure(created: Promise<unknown>): Promise<void> {
  await created.catch((error: unknown) => {
    if (!isKubeError(error, 'already-exists')) throw error;
  });
}
