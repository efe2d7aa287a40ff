import type { AgentInfo, AntreaAgentInfo, InfoReference } from '@antrea-ts/apis';
import { infoApiVersion } from '@antrea-ts/apis';
import type { Column } from '../output/table.js';
import { conditionStatus } from './condition-status.js';
import { resourceCommand } from './resource-command.js';
import { agentPath } from './sources.js';

/** `NAMESPACE/NAME`, or the name. */
export function referenceText({ namespace, name }: InfoReference = {}): string | undefined {
  return namespace && name ? `${namespace}/${name}` : name;
}

const total = (counts: Readonly<Record<string, number>> = {}): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

const columns: readonly Column<AgentInfo>[] = [
  { name: 'POD', cell: ({ podRef }) => referenceText(podRef) },
  { name: 'NODE', cell: ({ nodeRef }) => nodeRef?.name },
  { name: 'STATUS', cell: ({ agentConditions }) => conditionStatus(agentConditions) },
  { name: 'NODE-SUBNET', cell: ({ nodeSubnets }) => nodeSubnets },
  { name: 'NETWORK-POLICIES', cell: ({ networkPolicyControllerInfo: n }) => n?.networkPolicyNum ?? 0 },
  { name: 'ADDRESS-GROUPS', cell: ({ networkPolicyControllerInfo: n }) => n?.addressGroupNum ?? 0 },
  { name: 'APPLIED-TO-GROUPS', cell: ({ networkPolicyControllerInfo: n }) => n?.appliedToGroupNum ?? 0 },
  { name: 'LOCAL-PODS', cell: ({ localPodNum }) => localPodNum ?? 0 },
  { name: 'VERSION', wide: true, cell: ({ version }) => version },
  { name: 'OVS-VERSION', wide: true, cell: ({ ovsInfo }) => ovsInfo?.version },
  { name: 'BRIDGE', wide: true, cell: ({ ovsInfo }) => ovsInfo?.bridgeName },
  { name: 'FLOWS', wide: true, cell: ({ ovsInfo }) => total(ovsInfo?.flowTable) },
];

export const agentInfo = resourceCommand<AgentInfo & Partial<AntreaAgentInfo>>({
  path: ['get', 'agentinfo'],
  aliases: ['agentinfos', 'ai'],
  summary: 'show how agents are: versions, connections, how much they hold',
  argument: { name: 'NODE', description: 'name of a Node', modes: ['remote'] },
  sources: {
    ...agentPath('/agentinfo'),
    remote: { from: 'cluster', path: `/apis/${infoApiVersion}/antreaagentinfos`, style: 'object' },
  },
  columns,
  value: ({ apiVersion: _version, kind: _kind, metadata: _metadata, ...info }) => info,
});
