/**
 * How lists of built-in types merge in a strategic patch (`x-kubernetes-patch-merge-key`): by the item's key, as a set,
 * or, where nothing is said here, not at all. The last field of the path decides, with its parent where that matters.
 */
const byField: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  ephemeralContainers: 'name',
  env: 'name',
  volumes: 'name',
  volumeMounts: 'mountPath',
  volumeDevices: 'devicePath',
  imagePullSecrets: 'name',
  hostAliases: 'ip',
  topologySpreadConstraints: 'topologyKey',
  conditions: 'type',
  addresses: 'type',
  ownerReferences: 'uid',
  finalizers: 'set',
  podIPs: 'ip',
  taints: 'key',
  podCIDRs: 'set',
  secrets: 'name',
  webhooks: 'name',
};

/** Lists that replace although a list of the same name elsewhere merges. */
const atomic = new Set(['EndpointSlice/addresses', 'Endpoints/addresses']);

export function listKey(kind: string, path: readonly string[]): string | undefined {
  const field = path.at(-1) ?? '';
  if (atomic.has(`${kind}/${field}`)) return undefined;
  if (field === 'ports') return portsKey(kind, path.at(-2));
  return byField[field];
}

function portsKey(kind: string, parent: string | undefined): string | undefined {
  if (parent === 'containers' || parent === 'initContainers') return 'containerPort';
  if (kind === 'Service' && parent === 'spec') return 'port';
  return undefined;
}
