import { agentFeatureGates } from '@antrea-ts/apis';
import { tryParseCidr } from '@antrea-ts/net-types';
import {
  bool,
  choice,
  configKey,
  configTable,
  defaultGates,
  featureGates,
  int,
  logLevels,
  port,
  text,
  type ConfigOf,
} from '@antrea-ts/runtime';

/** Everything that `antrea-agent` can be told: keys and defaults of 1.3's `antrea-agent.conf`. */
export const agentConfigTable = configTable({
  program: 'antrea-agent',
  description: 'Keeps the network of one Kubernetes Node: its bridge, its Pods and the way to other Nodes.',
  keys: {
    featureGates: configKey({
      type: featureGates(agentFeatureGates),
      default: defaultGates(agentFeatureGates),
      description: 'Features to switch on or off, by name.',
      flag: 'feature-gates',
    }),
    'clientConnection.kubeconfig': configKey({
      type: text,
      default: '',
      description:
        'Path of a kubeconfig file for the Kubernetes API. Empty: the account that Kubernetes gives to the Pod.',
    }),
    kubeAPIServerOverride: configKey({
      type: text,
      default: '',
      description: 'Address of the Kubernetes API: host, host:port or URL. Empty: as the client configuration says.',
    }),
    nodeName: configKey({
      type: text,
      default: '',
      description: 'Name of this Node. Empty: the name of the machine.',
      file: false,
      env: 'NODE_NAME',
    }),
    isEks: configKey({
      type: bool,
      default: false,
      description: 'Running on EKS, whose connection mark of the primary interface has to be restored.',
      file: false,
      env: 'ANTREA_CLOUD_EKS',
    }),
    logLevel: configKey({
      type: choice(logLevels),
      default: 'info',
      description: 'How much to log.',
      file: false,
      flag: 'log-level',
    }),
    logFormat: configKey({
      type: choice(['text', 'json']),
      default: 'text',
      description: 'Log lines for people, or one JSON object each for machines.',
      file: false,
      flag: 'log-format',
    }),
    cniSocket: configKey({
      type: text,
      default: '/var/run/antrea/cni.sock',
      windowsDefault: '\\\\.\\pipe\\cnisock',
      description: 'Where the CNI plugin reaches the agent. The plugin itself knows only the default.',
    }),
    ovsBridge: configKey({
      type: text,
      default: 'br-int',
      description: 'Name of the bridge.',
      validate: interfaceName,
    }),
    ovsDatapathType: configKey({
      type: choice(['system', 'netdev']),
      default: 'system',
      description: 'system: the kernel module of Open vSwitch; netdev: its userspace datapath.',
    }),
    ovsRunDir: configKey({
      type: text,
      default: '/var/run/openvswitch',
      windowsDefault: 'C:\\openvswitch\\var\\run\\openvswitch',
      description: 'Where Open vSwitch keeps its sockets and PID files.',
    }),
    hostGateway: configKey({
      type: text,
      default: 'antrea-gw0',
      description: 'Name of the interface that connects the bridge with the host.',
      validate: interfaceName,
    }),
    trafficEncapMode: configKey({
      type: choice(['encap', 'noEncap', 'hybrid', 'networkPolicyOnly']),
      default: 'encap',
      description: 'Whether traffic between Pods of different Nodes is encapsulated.',
    }),
    noSNAT: configKey({
      type: bool,
      default: false,
      description: 'Do not masquerade what Pods send out of the cluster; with noEncap and networkPolicyOnly only.',
    }),
    tunnelType: configKey({
      type: choice(['geneve', 'vxlan', 'gre', 'stt']),
      default: 'geneve',
      description: 'How traffic between Nodes is encapsulated.',
    }),
    trafficEncryptionMode: configKey({
      type: choice(['none', 'ipsec', 'wireGuard']),
      default: 'none',
      description: 'How traffic between Nodes is encrypted.',
    }),
    enableIPSecTunnel: configKey({
      type: bool,
      default: false,
      description: 'Deprecated: the same as trafficEncryptionMode ipsec.',
    }),
    'wireGuard.port': configKey({ type: port, default: 51820, description: 'UDP port of WireGuard.' }),
    defaultMTU: configKey({
      type: int({ min: 0, max: 65535 }),
      default: 0,
      description: 'MTU of Pods. 0: that of the transport interface, less what tunnels and encryption add.',
      validate: (mtu) => (mtu !== 0 && mtu < 576 ? 'must be 0, or at least 576' : undefined),
    }),
    transportInterface: configKey({
      type: text,
      default: '',
      description: "Interface for traffic between Nodes. Empty: the one with the Node's address.",
    }),
    serviceCIDR: configKey({
      type: text,
      default: '10.96.0.0/12',
      description: 'IPv4 addresses of Services; used only without AntreaProxy.',
      validate: (cidr) => cidrProblem('Service CIDR', cidr, 'ipv4'),
    }),
    serviceCIDRv6: configKey({
      type: text,
      default: '',
      description: 'IPv6 addresses of Services; used only without AntreaProxy.',
      validate: (cidr) => cidrProblem('Service CIDR v6', cidr, 'ipv6'),
    }),
    hostProcPathPrefix: configKey({
      type: text,
      default: '/host',
      description: "Prefix for paths of Pods' network namespaces: where the agent's container sees the host's /proc.",
    }),
    apiPort: configKey({ type: port, default: 10350, description: 'Port of health, readiness and metrics.' }),
    clusterPort: configKey({ type: port, default: 10351, description: 'Port for talk among agents.' }),
    enablePrometheusMetrics: configKey({ type: bool, default: true, description: 'Offer metrics at /metrics.' }),
  },
});

export type AgentConfig = ConfigOf<typeof agentConfigTable.keys>;

function interfaceName(name: string): string | undefined {
  return /^[^/\s:]{1,15}$/.test(name) ? undefined : 'must be an interface name of 1 to 15 characters';
}

function cidrProblem(what: string, cidr: string, family: 'ipv4' | 'ipv6'): string | undefined {
  if (cidr === '') return undefined;
  return tryParseCidr(cidr)?.address.family === family ? undefined : `${what} ${cidr} is invalid`;
}
