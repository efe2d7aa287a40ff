import { flowTables, type OvsFlowLine } from '@antrea-ts/apis';
import { resourceCommand } from './resource-command.js';
import { agentPath } from './sources.js';

const tables = [...flowTables].map(([name, id]) => `${id} ${name}`).join(', ');

export const ovsFlows = resourceCommand<OvsFlowLine>({
  path: ['get', 'ovsflows'],
  aliases: ['of'],
  summary: 'show flows or groups of the bridge, with their counters',
  details: `All flows, or those of one Pod, Service, policy or table.\n\nTables: ${tables}.`,
  flags: [
    {
      name: 'namespace',
      short: 'n',
      value: 'NAMESPACE',
      description: 'Namespace of the Pod, Service or policy',
      parameter: 'namespace',
    },
    { name: 'pod', short: 'p', value: 'POD', description: 'flows of a Pod of the Node', parameter: 'pod' },
    { name: 'service', short: 'S', value: 'SERVICE', description: 'flows of a Service', parameter: 'service' },
    {
      name: 'networkpolicy',
      short: 'N',
      value: 'POLICY',
      description: 'flows of a policy, by the name that its user gave it',
      parameter: 'networkpolicy',
    },
    {
      name: 'table',
      short: 'T',
      value: 'TABLES',
      description: 'flows of tables: names or numbers, with commas',
      parameter: 'table',
      suggestions: [...flowTables.keys()],
    },
    {
      name: 'groups',
      short: 'G',
      value: 'IDS',
      description: 'groups in the place of flows: ids with commas, or all',
      parameter: 'groups',
      suggestions: ['all'],
    },
  ],
  sources: agentPath('/ovsflows'),
  columns: [{ name: 'FLOW', cell: ({ flow }) => flow }],
  keepOrder: true,
  examples: [
    'antctl get ovsflows',
    'antctl get ovsflows -p web -n default',
    'antctl get ovsflows -T AntreaPolicyIngressRule,90',
    'antctl get ovsflows -G all',
  ],
});
