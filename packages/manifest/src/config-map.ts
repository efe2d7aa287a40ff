import { agentConfigTable } from '@antrea-ts/agent';
import { controllerConfigTable } from '@antrea-ts/controller';
import { renderSampleFile } from '@antrea-ts/runtime';
import { renderNetworkConfig } from './network-config.js';

/** The files by which programs and container runtimes are configured, every key with its meaning and default. */
export function configMap() {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'antrea-config', namespace: 'kube-system', labels: { app: 'antrea' } },
    data: {
      'antrea-agent.conf': renderSampleFile(agentConfigTable, 'linux'),
      'antrea-controller.conf': renderSampleFile(controllerConfigTable, 'linux'),
      'antrea-cni.conflist': renderNetworkConfig(),
    },
  };
}
