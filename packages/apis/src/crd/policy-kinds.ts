import { age, type KindDefinition, type KindVersion, type PrinterColumn } from './definition.js';
import {
  array,
  boolean,
  cidr,
  described,
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

const ports: Schema = described(
  'Ports of the receiving side; without any, all traffic.',
  array(
    object({
      protocol: described('TCP, UDP or SCTP; by default TCP.', string),
      port: described(
        'Number, or name of a port of the receiving Pods; without it, all ports of the protocol.',
        intOrString,
      ),
      endPort: described('Last port of a range that begins at port, which has to be a number then.', integer),
    }),
  ),
);
const block: Schema = object({ cidr: described('Such as 10.0.0.0/8 or fd00::/8.', cidr) });
const ipBlock: Schema = described('Addresses. Never a ClusterIP: policies judge what a Service leads to.', block);

type Properties = Readonly<Record<string, Schema>>;

function rule(peers: Properties, appliedTo: Schema): Schema {
  return object(
    {
      action: described('What becomes of traffic that matches: Reject answers, Drop does not.', {
        type: 'string',
        enum: ['Allow', 'Drop', 'Reject'],
      }),
      ports,
      ...peers,
      name: described('Unique within the policy; one is made where there is none.', string),
      enableLogging: described('Whether packets that match are told in the audit log of their Node.', boolean),
      appliedTo: described('Pods that the rule is for, where spec.appliedTo is absent.', appliedTo),
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
    schema: policySchema(
      described('Who sends: any of these; without any, everybody.', array(object(peer))),
      described('Who receives: any of these; without any, everybody.', array(object(egress))),
      appliedTo,
    ),
    columns: policyColumns,
    hasStatus: true,
  };
}

function policySchema(from: Schema, to: Schema, appliedTo: Schema): Schema {
  const status = object({
    phase: described('Pending, Realizing or Realized.', string),
    observedGeneration: described('The generation of the spec that this is about.', integer),
    currentNodesRealized: described('Nodes that enforce that generation.', integer),
    desiredNodesRealized: described('Nodes that should: those with Pods that the policy is for.', integer),
    conditions: described('What is not as it looks; none where all is.', array(condition)),
  });
  const spec = object(
    {
      tier: described('Name of the Tier; without one the policy is of the application tier.', string),
      // 1.0 to 10000.0.
      priority: described('Among the policies of the tier: smaller comes first.', {
        type: 'number',
        format: 'float',
        minimum: 1,
        maximum: 10_000,
      }),
      appliedTo: described('Pods that all rules are for; or each rule has its own.', appliedTo),
      ingress: described(
        'Rules for what the Pods receive; the first that matches decides.',
        array(rule({ from }, appliedTo)),
      ),
      egress: described(
        'Rules for what the Pods send; the first that matches decides.',
        array(rule({ to }, appliedTo)),
      ),
    },
    { required: ['priority'] },
  );
  return object({ spec: described('What is wanted.', spec), status: described('How far it is enforced.', status) });
}

const condition: Schema = object({
  type: described('RulesLeftOut, RulesWidened, TierMissing, ReferencesMissing or OrderUndecided.', string),
  status: described('True.', string),
  reason: described('In one word.', string),
  message: described('What is the matter, with the names of fields.', string),
  lastTransitionTime: described('Since when.', string),
});

const egressPeer = {
  fqdn: described('A domain name, in which * stands for any part.', string),
};

const podsThere = labelSelector('Pods by their labels, in all Namespaces or those of namespaceSelector.');
const podsHere = labelSelector('Pods of the Namespace of the policy, by their labels.');
const namespaces = labelSelector('Namespaces by their labels; without podSelector, all their Pods.');
const clusterGroupName = described('Name of a ClusterGroup; one that does not exist is nobody until it does.', string);

export const clusterPolicy: PolicyProperties = {
  appliedTo: array(object({ podSelector: podsThere, namespaceSelector: namespaces, group: clusterGroupName })),
  peer: {
    podSelector: podsThere,
    namespaceSelector: namespaces,
    namespaces: described(
      'Namespaces by what they are to the Pods that the rule is for.',
      object({ match: described('Self: the Namespace of each of them.', string) }),
    ),
    ipBlock,
    group: clusterGroupName,
  },
  egressPeer,
};

export const namespacedPolicy: PolicyProperties = {
  appliedTo: array(object({ podSelector: podsHere })),
  peer: {
    podSelector: labelSelector('Pods by their labels, in the Namespace of the policy or those of namespaceSelector.'),
    namespaceSelector: namespaces,
    externalEntitySelector: labelSelector('ExternalEntities by their labels.'),
    ipBlock,
  },
  egressPeer,
};

/** Version v1alpha2 of ClusterGroup, in which one block of addresses may stand alone. */
export function oldClusterGroupSchema(): Schema {
  return groupSchema({ ...groupMembers, ipBlock: described('Addresses; as ipBlocks with one of them.', block) });
}

function groupSchema(members: Properties): Schema {
  return object({
    spec: described('Who belongs to it, in one of these ways.', object(members)),
    status: described('Whether it is known who belongs to it.', groupStatus),
  });
}

const groupMembers: Properties = {
  podSelector: podsThere,
  namespaceSelector: namespaces,
  externalEntitySelector: labelSelector('ExternalEntities by their labels.'),
  ipBlocks: described('Addresses.', array(block)),
  serviceReference: described(
    'The Pods behind a Service.',
    object({
      name: described('Name of the Service.', string),
      namespace: described('Namespace of the Service.', string),
    }),
  ),
  childGroups: described(
    'Names of ClusterGroups, which have no children themselves; they may come later.',
    array(string),
  ),
};
const groupStatus = object({
  conditions: described(
    'What is known of its members.',
    array(
      object({
        type: described('GroupMembersComputed.', string),
        status: described('False while a child or the Service is missing.', string),
        lastTransitionTime: described('Since when.', string),
      }),
    ),
  ),
});

const externalEntity: Schema = object({
  endpoints: described(
    'Its addresses.',
    array(
      object({ ip: described('An IPv4 or IPv6 address.', ip), name: described('What the address is called.', string) }),
    ),
  ),
  ports: described(
    'Its ports by name, for rules that name them.',
    array(
      object({
        protocol: described('TCP, UDP or SCTP; by default TCP.', string),
        port: described('The number.', intOrString),
        name: described('The name.', string),
      }),
    ),
  ),
  externalNode: described('Name of the machine that it is on.', string),
});

/** Kinds by which users say who may talk to whom (Antrea 1.3: control-plane objects, `crd.antrea.io`). */
export const policyKinds: readonly KindDefinition[] = [
  {
    group,
    namespaced: false,
    plural: 'clusternetworkpolicies',
    singular: 'clusternetworkpolicy',
    kind: 'ClusterNetworkPolicy',
    description: 'Rules for traffic of Pods in the whole cluster, in the order of tiers and priorities.',
    shortNames: ['acnp'],
    versions: [policyVersion(clusterPolicy)],
  },
  {
    group,
    namespaced: true,
    plural: 'networkpolicies',
    singular: 'networkpolicy',
    kind: 'NetworkPolicy',
    description: 'Rules for traffic of the Pods of a Namespace, in the order of tiers and priorities.',
    shortNames: ['anp'],
    versions: [policyVersion(namespacedPolicy)],
  },
  {
    group,
    namespaced: false,
    plural: 'tiers',
    singular: 'tier',
    kind: 'Tier',
    description: 'A place in the order of policies: those of a tier with a smaller priority come first.',
    shortNames: ['tr'],
    versions: [
      {
        name: 'v1alpha1',
        schema: object({
          spec: described(
            'Where policies of this tier come.',
            object(
              {
                priority: described('Smaller comes first; 253 comes after Kubernetes NetworkPolicies.', {
                  type: 'integer',
                  minimum: 0,
                  maximum: 255,
                }),
                description: described('What it is for.', string),
              },
              { required: ['priority'] },
            ),
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
    description: 'Pods, or addresses, that ClusterNetworkPolicies name by it.',
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
        schema: groupSchema(groupMembers),
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
    description: 'Something outside of the cluster that policies know by its labels.',
    shortNames: ['ee'],
    versions: [
      {
        name: 'v1alpha2',
        schema: object({ spec: described('What is known of it.', externalEntity) }),
      },
    ],
  },
];
