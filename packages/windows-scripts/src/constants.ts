import { win32 } from 'node:path';
import { agentConfigTable } from '@antrea-ts/agent';
import { names, routeMetric } from '@antrea-ts/host-windows';

/** What the agent has by default on Windows. */
function windowsDefault(key: 'hostGateway' | 'logDir' | 'ovsBridge' | 'runDir'): string {
  const { default: value, windowsDefault: ofWindows } = agentConfigTable.keys[key];
  return ofWindows ?? value;
}

const runDir = windowsDefault('runDir');

/** What the scripts find, make and remove, by the names that driver and agent have for it. */
export const constants = {
  ...names,
  routeMetric,
  /** How Get-VMSwitchExtension calls what the driver knows by its identifier. */
  ovsExtensionName: 'Open vSwitch Extension',
  /** The component by which an adapter belongs to a switch of Hyper-V. */
  switchBinding: 'vms_pp',
  /** Where kube-proxy in userspace mode looks for the adapter of Services' addresses, and the switch that this is on. */
  serviceInterfaceVariable: 'INTERFACE_TO_ADD_SERVICE_IP',
  serviceSwitch: 'KubeProxyInternalSwitch',
  services: { agent: 'antrea-agent', ovsdb: 'ovsdb-server', vswitchd: 'ovs-vswitchd' },
  agent: {
    apiPort: agentConfigTable.keys.apiPort.default,
    bridge: windowsDefault('ovsBridge'),
    gateway: windowsDefault('hostGateway'),
    logDir: windowsDefault('logDir'),
    runDir,
    uplinkSettings: win32.join(runDir, names.uplinkSettings),
  },
  /** The release of Open vSwitch that 1.3 is used with, and the hash that 1.3's own script checks (hack/windows/Install-OVS.ps1). */
  ovs: {
    version: '2.14.2-antrea.1',
    url: 'https://downloads.antrea.io/ovs/ovs-2.14.2-antrea.1-win64.zip',
    sha256: '98f0b1cf051b8ad46d736b5b493a750c14db97ec031bde8f5193ad114b765b39',
  },
} as const;

/** `scripts-windows/constants.json`: the module of the scripts reads it. */
export function renderConstants(): string {
  return `${JSON.stringify(constants, null, 2)}\n`;
}
