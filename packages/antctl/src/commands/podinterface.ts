import type { PodInterfaceInfo } from '@antrea-ts/apis';
import { resourceCommand } from './resource-command.js';
import { agentPath } from './sources.js';

const shortIdLength = 12;

export const podInterface = resourceCommand<PodInterfaceInfo>({
  path: ['get', 'podinterface'],
  aliases: ['podinterfaces', 'pi'],
  summary: 'show how Pods of a Node are connected',
  argument: { name: 'POD', description: 'name of a Pod' },
  flags: [
    { name: 'namespace', short: 'n', value: 'NAMESPACE', description: 'only Pods of it', parameter: 'namespace' },
  ],
  sources: agentPath('/podinterfaces'),
  columns: [
    { name: 'NAMESPACE', cell: ({ podNamespace }) => podNamespace },
    { name: 'NAME', cell: ({ name }) => name },
    { name: 'INTERFACE-NAME', cell: ({ interfaceName }) => interfaceName },
    { name: 'IP', cell: ({ ips }) => ips },
    { name: 'MAC', cell: ({ mac }) => mac },
    { name: 'PORT-UUID', cell: ({ portUUID }) => portUUID },
    { name: 'OF-PORT', cell: ({ ofPort }) => ofPort },
    {
      name: 'CONTAINER-ID',
      cell: ({ containerID }, { wide }) => (wide ? containerID : containerID.slice(0, shortIdLength)),
    },
  ],
  examples: ['antctl get podinterface web -n default'],
});
