import { controlplaneApiVersion, statsApiVersion, type PolicyStats, type PolicyType } from '@antrea-ts/apis';
import { HttpError } from '@antrea-ts/runtime';
import type { PolicyParts } from '../policy/start-policies.js';
import { json, readObject, type ApiGroupVersion, type ResourceHandlers } from './api-group.js';
import { readSummary } from '../stats/read-summary.js';
import { answerAsAsked, type TableColumn } from './table.js';

const kinds: readonly { readonly type: PolicyType; readonly kind: string; readonly namespaced: boolean }[] = [
  { type: 'K8sNetworkPolicy', kind: 'NetworkPolicyStats', namespaced: true },
  { type: 'AntreaNetworkPolicy', kind: 'AntreaNetworkPolicyStats', namespaced: true },
  { type: 'AntreaClusterNetworkPolicy', kind: 'AntreaClusterNetworkPolicyStats', namespaced: false },
];

const columns: readonly TableColumn<PolicyStats>[] = [
  {
    name: 'Name',
    type: 'string',
    format: 'name',
    description: 'Name of the policy',
    cell: ({ metadata }) => metadata.name,
  },
  {
    name: 'Sessions',
    type: 'integer',
    description: 'Connections that the policy decided about',
    cell: (stats) => stats.trafficStats.sessions,
  },
  { name: 'Packets', type: 'integer', description: 'Packets of them', cell: (stats) => stats.trafficStats.packets },
  { name: 'Bytes', type: 'integer', description: 'Bytes of them', cell: (stats) => stats.trafficStats.bytes },
  {
    name: 'Created At',
    type: 'date',
    description: 'When counting began',
    cell: ({ metadata }) => metadata.creationTimestamp ?? '',
  },
];

/** `stats.antrea.io/v1alpha1`: what policies let through and denied (Antrea 1.3, 1.11). */
export function statsApi(parts: PolicyParts): ApiGroupVersion {
  const [group = '', version = ''] = statsApiVersion.split('/');
  return {
    group,
    version,
    resources: kinds.map(({ type, kind, namespaced }) => {
      const name = kind.toLowerCase();
      return {
        resource: { name, singularName: '', namespaced, kind, verbs: ['get', 'list'] },
        handlers: statsOf(type, kind, name, parts),
      };
    }),
  };
}

type Typed = PolicyStats & { readonly kind: string; readonly apiVersion: string };

/** Without the gate there is nothing to list; who asks for one is told why there is none. */
function statsOf(
  type: PolicyType,
  kind: string,
  plural: string,
  { stats, whenComputed }: PolicyParts,
): ResourceHandlers {
  const typed = (object: PolicyStats): Typed => ({ kind, apiVersion: statsApiVersion, ...object });
  return {
    async list({ namespace, http }) {
      if (['true', '1'].includes(http.query.get('watch') ?? '')) {
        throw new HttpError(405, `${plural} cannot be watched: agents report once a minute`);
      }
      await whenComputed(http);
      const items = (stats?.list(type, namespace) ?? []).map(typed);
      return answerAsAsked(http, columns, items, () => ({
        kind: `${kind}List`,
        apiVersion: statsApiVersion,
        metadata: {},
        items,
      }));
    },
    async get({ namespace, name, http }) {
      await whenComputed(http);
      if (!stats) throw new HttpError(400, 'feature NetworkPolicyStats disabled');
      const found = stats.get(type, namespace, name);
      if (!found) throw new HttpError(404, `${plural}.stats.antrea.io "${name}" not found`);
      return answerAsAsked(http, columns, [typed(found)], () => typed(found));
    },
  };
}

/** Where agents report what they counted. */
export function nodeStatsSummaries({ stats, whenComputed }: PolicyParts): ResourceHandlers {
  return {
    async create({ http }) {
      const reported = readSummary(await readObject(http, 'NodeStatsSummary'));
      await whenComputed(http);
      stats?.add(reported);
      // Clients want an object for an answer.
      return json(
        { kind: 'NodeStatsSummary', apiVersion: controlplaneApiVersion, metadata: { creationTimestamp: null } },
        201,
      );
    },
  };
}
