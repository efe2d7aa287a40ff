import { controlplaneApiVersion, type ControlplaneNetworkPolicyStatus } from '@antrea-ts/apis';
import { HttpError } from '@antrea-ts/runtime';
import { wireNet } from '@antrea-ts/policy';
import type { PolicyParts } from '../policy/start-policies.js';
import { groupObject, policyObject } from '../store/kinds.js';
import { json, readObject, type ApiGroupVersion, type ApiResource, type ResourceHandlers } from './api-group.js';
import { podPolicies } from './pod-policies.js';
import { nodeStatsSummaries } from './stats-api.js';
import { watchedResource } from './watched-resource.js';

const readVerbs = ['get', 'list', 'watch'];

/** `controlplane.antrea.io/v1beta2`: what agents watch, and what antctl asks (Antrea 1.3, 1.11). */
export function controlplaneApi(parts: PolicyParts): ApiGroupVersion {
  const { stores } = parts;
  const apiVersion = controlplaneApiVersion;
  const watched = (name: string, singularName: string, kind: string): ApiResource => ({
    name,
    singularName,
    namespaced: false,
    kind,
    verbs: readVerbs,
  });
  const policies = watched('networkpolicies', 'networkpolicy', 'NetworkPolicy');
  const appliedTo = watched('appliedtogroups', 'appliedtogroup', 'AppliedToGroup');
  const addresses = watched('addressgroups', 'addressgroup', 'AddressGroup');
  return {
    group: 'controlplane.antrea.io',
    version: 'v1beta2',
    resources: [
      {
        resource: policies,
        handlers: watchedResource({
          apiVersion,
          resource: policies,
          store: stores.networkPolicies,
          full: policyObject,
          ready: parts.whenComputed,
          compute: parts.compute,
          subresources: { status: policyStatus(parts) },
        }),
      },
      {
        resource: appliedTo,
        handlers: watchedResource({
          apiVersion,
          resource: appliedTo,
          store: stores.appliedToGroups,
          full: (group) => groupObject(group),
          ready: parts.whenComputed,
          compute: parts.compute,
        }),
      },
      {
        resource: addresses,
        handlers: watchedResource({
          apiVersion,
          resource: addresses,
          store: stores.addressGroups,
          full: (group) => groupObject(group),
          ready: parts.whenComputed,
          compute: parts.compute,
        }),
      },
      {
        resource: {
          name: 'clustergroupmembers',
          singularName: 'clustergroupmembers',
          namespaced: false,
          kind: 'ClusterGroupMembers',
          verbs: ['get'],
        },
        handlers: clusterGroupMembers(parts),
      },
      {
        resource: {
          name: 'groupassociations',
          singularName: 'groupassociation',
          namespaced: true,
          kind: 'GroupAssociation',
          verbs: ['get'],
        },
        handlers: groupAssociations(parts),
      },
      {
        resource: {
          name: 'nodestatssummaries',
          singularName: 'nodestatssummary',
          namespaced: false,
          kind: 'NodeStatsSummary',
          verbs: ['create'],
        },
        handlers: nodeStatsSummaries(parts),
      },
      {
        resource: {
          name: 'podpolicies',
          singularName: 'podpolicies',
          namespaced: true,
          kind: 'PodPolicies',
          verbs: ['get'],
        },
        handlers: podPolicies(parts),
      },
    ],
  };
}

type Subresource = NonNullable<ResourceHandlers['subresources']>[string];

/** What an agent says of a policy that it enforces. */
function policyStatus({ statuses }: PolicyParts): Subresource {
  return {
    kind: 'NetworkPolicyStatus',
    verbs: ['create'],
    async create({ name, http }) {
      const { metadata, nodes } = (await readObject(
        http,
        'NetworkPolicyStatus',
      )) as Partial<ControlplaneNetworkPolicyStatus>;
      if (metadata?.name !== name) {
        throw new HttpError(400, `metadata.name ${String(metadata?.name)} is not the name in the path, ${name}`);
      }
      for (const { nodeName, generation } of Array.isArray(nodes) ? nodes : []) {
        if (typeof nodeName !== 'string' || typeof generation !== 'number') {
          throw new HttpError(400, 'nodes[] must have nodeName and generation');
        }
        statuses.report(name, nodeName, generation);
      }
      return json({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' });
    },
  };
}

function clusterGroupMembers({ policies, whenComputed }: PolicyParts): ResourceHandlers {
  return {
    async get({ name, http: { signal } }) {
      await whenComputed({ signal });
      const found = policies.clusterGroupMembers(name);
      if (!found) throw new HttpError(404, `clustergroups.crd.antrea.io "${name}" not found`);
      return json({
        kind: 'ClusterGroupMembers',
        apiVersion: controlplaneApiVersion,
        metadata: { name, creationTimestamp: null },
        effectiveMembers: found.members.map(({ member }) => member),
        effectiveIPBlocks: found.cidrs.map(wireNet),
      });
    },
  };
}

function groupAssociations({ policies, whenComputed }: PolicyParts): ResourceHandlers {
  return {
    async get({ namespace, name, http: { signal } }) {
      if (namespace === '') throw new HttpError(400, 'Namespace parameter required.');
      await whenComputed({ signal });
      const key = `${namespace}/${name}`;
      const groups = [...policies.clusterGroupsOf('pod', key), ...policies.clusterGroupsOf('externalEntity', key)];
      return json({
        kind: 'GroupAssociation',
        apiVersion: controlplaneApiVersion,
        metadata: { name, namespace, creationTimestamp: null },
        associatedGroups: [...new Set(groups)].map((group) => ({ name: group, uid: policies.clusterGroupUid(group) })),
      });
    },
  };
}
