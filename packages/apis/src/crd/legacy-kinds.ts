import type { KindDefinition } from './definition.js';
import { clusterPolicy, namespacedPolicy, oldClusterGroupSchema, policyKinds, policyVersion } from './policy-kinds.js';

/** What the names of the kinds were before Antrea 1.0. */
interface Legacy extends Pick<KindDefinition, 'group' | 'versions'> {
  readonly plural: string;
  readonly shortName: string;
  readonly singular?: string;
}

const security = 'security.antrea.tanzu.vmware.com';
const core = 'core.antrea.tanzu.vmware.com';

const legacy: readonly Legacy[] = [
  {
    group: security,
    plural: 'clusternetworkpolicies',
    shortName: 'lacnp',
    versions: [policyVersion(clusterPolicy, { old: true })],
  },
  {
    group: security,
    plural: 'networkpolicies',
    shortName: 'lanp',
    versions: [policyVersion(namespacedPolicy, { old: true })],
  },
  { group: security, plural: 'tiers', shortName: 'ltr', versions: versionsOf('tiers') },
  {
    group: core,
    plural: 'clustergroups',
    singular: 'group',
    shortName: 'lcg',
    versions: [{ name: 'v1alpha2', schema: oldClusterGroupSchema(), hasStatus: true }],
  },
  { group: core, plural: 'externalentities', shortName: 'lee', versions: versionsOf('externalentities') },
];

/**
 * The kinds of policy under their names from before Antrea 1.0, deprecated since: the controller mirrors their objects
 * into `crd.antrea.io` (Antrea 1.3, 1.2).
 */
export const legacyKinds: readonly KindDefinition[] = legacy.map(({ plural, shortName, ...rest }) => ({
  ...kindOf(plural),
  ...rest,
  shortNames: [shortName],
  description: `Deprecated: the controller mirrors it into the ${kindOf(plural).kind} of this name in crd.antrea.io.`,
}));

function versionsOf(plural: string): KindDefinition['versions'] {
  return kindOf(plural).versions;
}

function kindOf(plural: string): KindDefinition {
  const { conversionPath: _, ...kind } = policyKinds.find((each) => each.plural === plural)!;
  return kind;
}
