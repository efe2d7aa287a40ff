import { age, type KindDefinition, type KindVersion, type PrinterColumn } from './definition.js';
import {
  array,
  boolean,
  cidr,
  integer,
  intOrString,
  ip,
  labelSelector,
  object,
  string,
  type Schema,
} from './schema.js';

const group = 'crd.antrea.io';

const policyColumns: readonly PrinterColumn[] = [
  { name: 'Tier', description: 'Tier of the policy', type: 'string', jsonPath: '.spec.tier' },
  {
    name: 'Priority',
    description: 'Among the policies of its tier: smaller is more important',
    type: 'number',
    format: 'float',
    jsonPath: '.spec.priority',
  },
  {
    name: 'Desired Nodes',
    description: 'Nodes that should enforce it',
    type: 'number',
    format: 'int32',
    jsonPath: '.status.desiredNodesRealized',
  },
  {
    name: 'Current Nodes',
    description: 'Nodes that enforce it',
    type: 'number',
    format: 'int32',
    jsonPath: '.status.currentNodesRealized',
  },
  age,
];

const ports: Schema = array(object({ protocol: string, port: intOrString, endPort: integer }));
const ipBlock: Schema = object({ cidr });

type Properties = Readonly<Record<string, Schema>>;

function rule(peers: Properties, appliedTo: Schema): Schema {
  return object(
    {
      action: { type: 'string', enum: ['Allow', 'Drop', 'Reject'] },
      ports,
      ...peers,
      name: string,
      enableLogging: boolean,
      appliedTo,
    },
    { required: ['action'] },
  );
}

interface PolicyProperties {
  readonly appliedTo: Schema;
  readonly peer: Properties;
  /** What a peer of an egress rule may be besides. */
  readonly egressPeer: Properties;
}

/** The version of a kind of policies; `old` is what the groups before `crd.antrea.io` have. */
export function policyVersion({ appliedTo, peer, egressPeer }: PolicyProperties, { old = false } = {}): KindVersion {
  const egress = old ? peer : { ...peer, ...egressPeer };
  return {
    name: 'v1alpha1',
    schema: policySchema(array(object(peer)), array(object(egress)), appliedTo),
    columns: policyColumns,
    hasStatus: true,
  };
}

function policySchema(from: Schema, to: Schema, appliedTo: Schema): Schema {
  const status = object({
    phase: string,
    observedGeneration: integer,
    currentNodesRealized: integer,
    desiredNodesRealized: integer,
    conditions: array(
      object({ type: string, status: string, reason: string, message: string, lastTransitionTime: string }),
    ),
  });
  const spec = object(
    {
      tier: string,
      // 1.0 to 10000.0.
      priority: { type: 'number', format: 'float', minimum: 1, maximum: 10_000 },
      appliedTo,
      ingress: array(rule({ from }, appliedTo)),
      egress: array(rule({ to }, appliedTo)),
    },
    { required: ['priority'] },
  );
  return object({ spec, status });
}

const egressPeer = { fqdn: string };

export const clusterPolicy: PolicyProperties = {
  appliedTo: array(object({ podSelector: labelSelector, namespaceSelector: labelSelector, group: string })),
  peer: {
    podSelector: labelSelector,
    namespaceSelector: labelSelector,
    namespaces: object({ match: string }),
    ipBlock,
    group: string,
  },
  egressPeer,
};

export const namespacedPolicy: PolicyProperties = {
  appliedTo: array(object({ podSelector: labelSelector })),
  peer: {
    podSelector: labelSelector,
    namespaceSelector: labelSelector,
    externalEntitySelector: labelSelector,
    ipBlock,
  },
  egressPeer,
};

/** Version v1alpha2 of ClusterGroup, in which one block of addresses may stand alone. */
export function oldClusterGroupSchema(): Schema {
  return object({ spec: object({ ...groupMembers, ipBlock }), status: groupStatus });
}

const groupMembers = {
  podSelector: labelSelector,
  namespaceSelector: labelSelector,
  externalEntitySelector: labelSelector,
  ipBlocks: array(ipBlock),
  serviceReference: object({ name: string, namespace: string }),
  childGroups: array(string),
};
const groupStatus = object({
  conditions: array(object({ type: string, status: string, lastTransitionTime: string })),
});

/** Kinds by which users say who may talk to whom (Antrea 1.3: control-plane objects, `crd.antrea.io`). */
export const policyKinds: readonly KindDefinition[] = [
  {
    group,
    namespaced: false,
    plural: 'clusternetworkpolicies',
    singular: 'clusternetworkpolicy',
    kind: 'ClusterNetworkPolicy',
    shortNames: ['acnp'],
    versions: [policyVersion(clusterPolicy)],
  },
  {
    group,
    namespaced: true,
    plural: 'networkpolicies',
    singular: 'networkpolicy',
    kind: 'NetworkPolicy',
    shortNames: ['anp'],
    versions: [policyVersion(namespacedPolicy)],
  },
  {
    group,
    namespaced: false,
    plural: 'tiers',
    singular: 'tier',
    kind: 'Tier',
    shortNames: ['tr'],
    versions: [
      {
        name: 'v1alpha1',
        schema: object({
          spec: object(
            { priority: { type: 'integer', minimum: 0, maximum: 255 }, description: string },
            { required: ['priority'] },
          ),
        }),
        columns: [
          {
            name: 'Priority',
            description: 'Order of the tier: smaller is more important',
            type: 'integer',
            jsonPath: '.spec.priority',
          },
          age,
        ],
      },
    ],
  },
  {
    group,
    namespaced: false,
    plural: 'clustergroups',
    singular: 'clustergroup',
    kind: 'ClusterGroup',
    shortNames: ['cg'],
    conversionPath: '/convert/clustergroup',
    versions: [
      {
        name: 'v1alpha2',
        stored: false,
        schema: oldClusterGroupSchema(),
      },
      {
        name: 'v1alpha3',
        schema: object({ spec: object(groupMembers), status: groupStatus }),
        hasStatus: true,
      },
    ],
  },
  {
    group,
    namespaced: true,
    plural: 'externalentities',
    singular: 'externalentity',
    kind: 'ExternalEntity',
    shortNames: ['ee'],
    versions: [
      {
        name: 'v1alpha2',
        schema: object({
          spec: object({
            endpoints: array(object({ ip, name: string })),
            ports: array(object({ protocol: string, port: intOrString, name: string })),
            externalNode: string,
          }),
        }),
      },
    ],
  },
];
