import { infoApiVersion, type AntreaControllerInfo } from '@antrea-ts/apis';
import { referenceText } from './agentinfo.js';
import { conditionStatus } from './condition-status.js';
import { resourceCommand } from './resource-command.js';

/** Where the controller tells the cluster about itself, every minute. */
export const controllerInfoPath = `/apis/${infoApiVersion}/antreacontrollerinfos/antrea-controller`;

export const controllerInfo = resourceCommand<AntreaControllerInfo>({
  path: ['get', 'controllerinfo'],
  aliases: ['controllerinfos', 'ci'],
  summary: 'show how the controller is: version, agents, how much it holds',
  sources: {
    // Computed when it is asked for.
    controller: {
      from: 'controller',
      path: '/apis/system.antrea.io/v1beta1/controllerinfos/antrea-controller',
      style: 'object',
    },
    remote: { from: 'cluster', path: controllerInfoPath, style: 'object' },
  },
  columns: [
    { name: 'POD', cell: ({ podRef }) => referenceText(podRef) },
    { name: 'NODE', cell: ({ nodeRef }) => nodeRef?.name },
    { name: 'STATUS', cell: ({ controllerConditions }) => conditionStatus(controllerConditions) },
    { name: 'NETWORK-POLICIES', cell: ({ networkPolicyControllerInfo: n }) => n?.networkPolicyNum ?? 0 },
    { name: 'ADDRESS-GROUPS', cell: ({ networkPolicyControllerInfo: n }) => n?.addressGroupNum ?? 0 },
    { name: 'APPLIED-TO-GROUPS', cell: ({ networkPolicyControllerInfo: n }) => n?.appliedToGroupNum ?? 0 },
    { name: 'CONNECTED-AGENTS', cell: ({ connectedAgentNum }) => connectedAgentNum ?? 0 },
    { name: 'VERSION', wide: true, cell: ({ version }) => version },
  ],
  value: ({ apiVersion: _version, kind: _kind, metadata: _metadata, ...info }) => info,
});
