import { agentPermissions, type Permission } from './agent-permissions.js';
import { antctlPermissions, antctlUrls } from './antctl-permissions.js';
import { controllerNamespacePermissions, controllerPermissions } from './controller-permissions.js';

const namespace = 'kube-system';
const labels = { app: 'antrea' } as const;
const apiGroup = 'rbac.authorization.k8s.io';
const apiVersion = `${apiGroup}/v1`;

/** A rule of a Role, as Kubernetes has it. */
export interface AccessRule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly verbs: readonly string[];
}

/** An account, a role or a binding, as `kubectl apply` takes it. */
export interface AccessObject {
  readonly apiVersion: string;
  readonly kind: 'ServiceAccount' | 'ClusterRole' | 'Role' | 'ClusterRoleBinding' | 'RoleBinding';
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels: Record<string, string> };
  readonly rules?: readonly AccessRule[];
}

/**
 * The accounts of Antrea's programs and what they may do (Antrea 1.3: `antrea.yml`), and what Antrea's kinds add to the
 * roles of users. The only place where rights come from: the manifest and every lab install these objects.
 */
export function accessObjects(): readonly AccessObject[] {
  const permitted = (permissions: readonly Permission[]): AccessRule[] => permissions.map(ruleOf);
  return [
    ...['antrea-agent', 'antrea-controller', 'antctl'].map(account),
    clusterRole('antrea-agent', permitted(agentPermissions)),
    clusterRole('antrea-controller', permitted(controllerPermissions)),
    clusterRole('antctl', [...permitted(antctlPermissions), { nonResourceURLs: antctlUrls, verbs: ['get'] }]),
    {
      apiVersion,
      kind: 'Role',
      metadata: { name: 'antrea-controller', namespace, labels },
      rules: permitted(controllerNamespacePermissions),
    },
    ...['antrea-agent', 'antrea-controller', 'antctl'].map((name) => binding('ClusterRole', name)),
    binding('Role', 'antrea-controller'),
    ...aggregatedRoles(),
  ];
}

function ruleOf({ apiGroups, resources, resourceNames, verbs }: Permission): AccessRule {
  return { apiGroups, resources, ...(resourceNames && { resourceNames }), verbs };
}

function account(name: string): AccessObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace, labels } };
}

function clusterRole(name: string, rules: readonly AccessRule[], more: Record<string, string> = {}): AccessObject {
  return { apiVersion, kind: 'ClusterRole', metadata: { name, labels: { ...labels, ...more } }, rules };
}

function binding(kind: 'ClusterRole' | 'Role', name: string): AccessObject {
  const metadata = { name, ...(kind === 'Role' ? { namespace } : {}), labels };
  const subjects = [{ kind: 'ServiceAccount', name, namespace }];
  const object = { apiVersion, kind: `${kind}Binding` as const, metadata };
  return Object.assign(object, { roleRef: { apiGroup, kind, name }, subjects });
}

const policies = {
  'crd.antrea.io': ['clusternetworkpolicies', 'networkpolicies'],
  'security.antrea.tanzu.vmware.com': ['clusternetworkpolicies', 'networkpolicies'],
};
const groups = { 'crd.antrea.io': ['clustergroups'], 'core.antrea.tanzu.vmware.com': ['clustergroups'] };
const view = ['get', 'list', 'watch'];
const edit = [...view, 'create', 'update', 'patch', 'delete'];

/** Who may edit or view a cluster's objects may do so with policies and groups. */
function aggregatedRoles(): AccessObject[] {
  const roles: AccessObject[] = [];
  for (const [what, kinds] of Object.entries({ 'antrea-policies': policies, 'antrea-clustergroups': groups })) {
    for (const [how, verbs, users] of [
      ['edit', edit, ['admin', 'edit']],
      ['view', view, ['view']],
    ] as const) {
      const rules = Object.entries(kinds).map(([group, resources]) => ({ apiGroups: [group], resources, verbs }));
      const to = users.map((user) => [`rbac.authorization.k8s.io/aggregate-to-${user}`, 'true']);
      roles.push(clusterRole(`aggregate-${what}-${how}`, rules, Object.fromEntries(to) as Record<string, string>));
    }
  }
  return roles;
}
