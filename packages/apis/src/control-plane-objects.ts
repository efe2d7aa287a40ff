const labels = { app: 'antrea' };
const service = { name: 'antrea', namespace: 'kube-system' };

/** Port of the controller's API behind its Service. */
export const controllerPort = 10349;

/**
 * The objects by which a cluster's API server finds the controller: its Service, the APIs that it serves, and the
 * webhooks that check what users write (Antrea 1.3: `antrea.yml`). The controller writes the authority that vouches for
 * it into them.
 */
export function controlPlaneObjects(): readonly object[] {
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...service, labels },
      spec: {
        selector: { app: 'antrea', component: 'antrea-controller' },
        ports: [{ port: 443, protocol: 'TCP', targetPort: 'api' }],
      },
    },
    apiService('controlplane.antrea.io', 'v1beta2'),
    apiService('stats.antrea.io', 'v1alpha1'),
    ...webhookConfigurations(),
  ];
}

function apiService(group: string, version: string): object {
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: `${version}.${group}`, labels },
    spec: { group, version, groupPriorityMinimum: 100, versionPriority: 100, service },
  };
}

interface Checked {
  readonly name: string;
  readonly path: string;
  readonly group?: string;
  readonly version: string;
  readonly resource: string;
  readonly scope: 'Cluster' | 'Namespaced';
  readonly operations: readonly ('CREATE' | 'UPDATE' | 'DELETE')[];
}

const written = ['CREATE', 'UPDATE'] as const;

function webhookConfigurations(): object[] {
  const clusterPolicies = { version: 'v1alpha1', resource: 'clusternetworkpolicies', scope: 'Cluster' } as const;
  const policies = { version: 'v1alpha1', resource: 'networkpolicies', scope: 'Namespaced' } as const;
  return [
    configuration('MutatingWebhookConfiguration', 'crdmutator.antrea.io', [
      { name: 'acnpmutator.antrea.io', path: '/mutate/acnp', ...clusterPolicies, operations: written },
      { name: 'anpmutator.antrea.io', path: '/mutate/anp', ...policies, operations: written },
    ]),
    configuration('ValidatingWebhookConfiguration', 'crdvalidator.antrea.io', [
      {
        name: 'tiervalidator.antrea.io',
        path: '/validate/tier',
        version: 'v1alpha1',
        resource: 'tiers',
        scope: 'Cluster',
        operations: [...written, 'DELETE'],
      },
      { name: 'acnpvalidator.antrea.io', path: '/validate/acnp', ...clusterPolicies, operations: written },
      { name: 'anpvalidator.antrea.io', path: '/validate/anp', ...policies, operations: written },
      ...(['v1alpha2', 'v1alpha3'] as const).map((version): Checked => ({
        name: `clustergroupvalidator${version}.antrea.io`,
        path: '/validate/clustergroup',
        version,
        resource: 'clustergroups',
        scope: 'Cluster',
        operations: written,
      })),
    ]),
    ...legacyWebhookConfigurations(),
  ];
}

/** Objects of the groups from before Antrea 1.0 are completed and checked as those that they are mirrored into. */
function legacyWebhookConfigurations(): object[] {
  const group = 'security.antrea.tanzu.vmware.com';
  const clusterPolicies = { group, version: 'v1alpha1', resource: 'clusternetworkpolicies', scope: 'Cluster' } as const;
  const policies = { group, version: 'v1alpha1', resource: 'networkpolicies', scope: 'Namespaced' } as const;
  const name = (what: string): string => `${what}.antrea.tanzu.vmware.com`;
  return [
    configuration('MutatingWebhookConfiguration', name('crdmutator'), [
      { name: name('acnpmutator'), path: '/mutate/acnp', ...clusterPolicies, operations: written },
      { name: name('anpmutator'), path: '/mutate/anp', ...policies, operations: written },
    ]),
    configuration('ValidatingWebhookConfiguration', name('crdvalidator'), [
      {
        name: name('tiervalidator'),
        path: '/validate/tier',
        group,
        version: 'v1alpha1',
        resource: 'tiers',
        scope: 'Cluster',
        operations: [...written, 'DELETE'],
      },
      { name: name('acnpvalidator'), path: '/validate/acnp', ...clusterPolicies, operations: written },
      { name: name('anpvalidator'), path: '/validate/anp', ...policies, operations: written },
      {
        name: name('clustergroupvalidator'),
        path: '/validate/clustergroup',
        group: 'core.antrea.tanzu.vmware.com',
        version: 'v1alpha2',
        resource: 'clustergroups',
        scope: 'Cluster',
        operations: written,
      },
    ]),
  ];
}

function configuration(kind: string, name: string, checked: readonly Checked[]): object {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    metadata: { name, labels },
    webhooks: checked.map(({ name: webhook, path, group, version, resource, scope, operations }) => ({
      name: webhook,
      clientConfig: { service: { ...service, path } },
      rules: [
        { operations, apiGroups: [group ?? 'crd.antrea.io'], apiVersions: [version], resources: [resource], scope },
      ],
      admissionReviewVersions: ['v1', 'v1beta1'],
      sideEffects: 'None',
      timeoutSeconds: 5,
      failurePolicy: 'Fail',
    })),
  };
}
