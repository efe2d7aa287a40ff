import { accessObjects, type AccessObject } from '@antrea-ts/apis';
import { resource, type KubeClient, type Resource } from '@antrea-ts/kube';

const rbac = { group: 'rbac.authorization.k8s.io', version: 'v1' } as const;
const byKind: Readonly<Record<AccessObject['kind'], Resource>> = {
  ServiceAccount: resource({
    group: '',
    version: 'v1',
    plural: 'serviceaccounts',
    kind: 'ServiceAccount',
    namespaced: true,
  }),
  ClusterRole: resource({ ...rbac, plural: 'clusterroles', kind: 'ClusterRole', namespaced: false }),
  ClusterRoleBinding: resource({
    ...rbac,
    plural: 'clusterrolebindings',
    kind: 'ClusterRoleBinding',
    namespaced: false,
  }),
  Role: resource({ ...rbac, plural: 'roles', kind: 'Role', namespaced: true }),
  RoleBinding: resource({ ...rbac, plural: 'rolebindings', kind: 'RoleBinding', namespaced: true }),
};

/** Gives the accounts of Antrea's programs exactly the rights that its manifest gives them. */
export async function installRoles(client: KubeClient): Promise<void> {
  for (const object of accessObjects()) await client.create(byKind[object.kind], object);
}
