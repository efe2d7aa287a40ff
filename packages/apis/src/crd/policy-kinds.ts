import { age, type KindDefinition, type PrinterColumn } from './definition.js';
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

function rule(peer: 'from' | 'to', properties: Readonly<Record<string, Schema>>, appliedTo: Schema): Schema {
  const withNames = peer === 'to' ? { ...properties, fqdn: string } : properties;
  return object(
    {
      action: { type: 'string', enum: ['Allow', 'Drop', 'Reject'] },
      ports,
      [peer]: array(object(withNames)),
      name: string,
      enableLogging: boolean,
      appliedTo,
    },
    { required: ['action'] },
  );
}

function policySchema(peers: Readonly<Record<string, Schema>>, appliedTo: Schema): Schema {
  const status = object({
    phase: string,
    observedGeneration: integer,
    currentNodesRealized: integer,
    desiredNodesRealized: integer,
  });
  const spec = object(
    {
      tier: string,
      // 1.0 to 10000.0.
      priority: { type: 'number', format: 'float', minimum: 1, maximum: 10_000 },
      appliedTo,
      ingress: array(rule('from', peers, appliedTo)),
      egress: array(rule('to', peers, appliedTo)),
    },
    { required: ['priority'] },
  );
  return object({ spec, status });
}

const clusterAppliedTo = array(object({ podSelector: labelSelector, namespaceSelector: labelSelector, group: string }));
const clusterPeers = {
  podSelector: labelSelector,
  namespaceSelector: labelSelector,
  namespaces: object({ match: string }),
  ipBlock,
  group: string,
};
const appliedToPods = array(object({ podSelector: labelSelector }));
const namespacedPeers = {
  podSelector: labelSelector,
  namespaceSelector: labelSelector,
  externalEntitySelector: labelSelector,
  ipBlock,
};

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
    versions: [
      {
        name: 'v1alpha1',
        schema: policySchema(clusterPeers, clusterAppliedTo),
        columns: policyColumns,
        hasStatus: true,
      },
    ],
  },
  {
    group,
    namespaced: true,
    plural: 'networkpolicies',
    singular: 'networkpolicy',
    kind: 'NetworkPolicy',
    shortNames: ['anp'],
    versions: [
      {
        name: 'v1alpha1',
        schema: policySchema(namespacedPeers, appliedToPods),
        columns: policyColumns,
        hasStatus: true,
      },
    ],
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
        schema: object({ spec: object({ ...groupMembers, ipBlock }), status: groupStatus }),
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
