import { agentConfigTable } from '@antrea-ts/agent';
import { controllerConfigTable } from '@antrea-ts/controller';
import { renderSampleFile } from '@antrea-ts/runtime';
import { renderNetworkConfig } from './network-config.js';

function configMap(name: string, data: Readonly<Record<string, string>>) {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'kube-system', labels: { app: 'antrea' } },
    data,
  };
}

/** The files by which programs and container runtimes are configured, every key with its meaning and default. */
export function linuxConfigMap() {
  return configMap('antrea-config', {
    'antrea-agent.conf': renderSampleFile(agentConfigTable, 'linux'),
    'antrea-controller.conf': renderSampleFile(controllerConfigTable, 'linux'),
    'antrea-cni.conflist': renderNetworkConfig('linux'),
  });
}

/** The same for Windows Nodes, which have the agent only. */
export function windowsConfigMap() {
  return configMap('antrea-windows-config', {
    'antrea-agent.conf': renderSampleFile(agentConfigTable, 'windows'),
    'antrea-cni.conflist': renderNetworkConfig('windows'),
  });
}
