import { agentFeatureGates } from '@antrea-ts/apis';
import { tryParseCidr } from '@antrea-ts/net-types';
import {
  bool,
  choice,
  configKey,
  configTable,
  defaultGates,
  duration,
  featureGates,
  int,
  logConfigKeys,
  port,
  text,
  type ConfigKey,
  type ConfigOf,
  type ValueType,
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
    'clientConnection.acceptContentTypes': unread(text, '', 'Content types that the Kubernetes API may answer with.'),
    'clientConnection.contentType': unread(text, '', 'Content type of requests to the Kubernetes API.'),
    'clientConnection.qps': unread(int({ min: 0 }), 0, 'Requests per second to the Kubernetes API.'),
    'clientConnection.burst': unread(int({ min: 0 }), 0, 'Requests to the Kubernetes API above the rate.'),
    'antreaClientConnection.kubeconfig': configKey({
      type: text,
      default: '',
      description:
        "Path of a kubeconfig file for the controller's API. Empty: the Service antrea, by the authority in ConfigMap antrea-ca.",
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
    podName: configKey({
      type: text,
      default: '',
      description: 'Name of the Pod of the agent.',
      file: false,
      env: 'POD_NAME',
    }),
    namespace: configKey({
      type: text,
      default: 'kube-system',
      description: 'Namespace of Antrea.',
      file: false,
      env: 'POD_NAMESPACE',
    }),
    logDir: configKey({
      type: text,
      default: '/var/log/antrea',
      windowsDefault: 'C:\\var\\log\\antrea',
      description: 'Directory of log files: the audit log of policies is networkpolicy/np.log in it.',
      file: false,
      flag: 'log-dir',
    }),
    runDir: configKey({
      type: text,
      default: '/var/run/antrea',
      windowsDefault: 'C:\\var\\run\\antrea',
      description: 'Where the agent keeps what has to outlive it until the next boot.',
      file: false,
      flag: 'run-dir',
    }),
    establishedConnections: configKey({
      type: choice(['keep', 'cut']),
      default: 'keep',
      description:
        'What a new policy means for connections that are established. keep: they live on, as in Antrea 1.3; cut: their packets are judged too.',
    }),
    isEks: configKey({
      type: bool,
      default: false,
      description: 'Running on EKS, whose connection mark of the primary interface has to be restored.',
      file: false,
      env: 'ANTREA_CLOUD_EKS',
    }),
    ...logConfigKeys,
    cniSocket: configKey({
      type: text,
      default: '/var/run/antrea/cni.sock',
      windowsDefault: '\\\\.\\pipe\\cnisock',
      description:
        'Where the CNI plugin reaches the agent: a socket, on Windows a named pipe. The plugin takes the default, or what ANTREA_CNI_SOCKET says in the environment of the container runtime.',
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
    'antreaProxy.proxyAll': configKey({
      type: bool,
      default: false,
      description:
        'Balance in the switch also what the Node itself and the outside send to Services: cluster IPs, node ports, external addresses. kube-proxy is not needed then.',
    }),
    serviceCIDR: configKey({
      type: text,
      default: '10.96.0.0/12',
      description: 'IPv4 addresses of Services; used without AntreaProxy, and with antreaProxy.proxyAll.',
      validate: (cidr) => cidrProblem('Service CIDR', cidr, 'ipv4'),
    }),
    serviceCIDRv6: configKey({
      type: text,
      default: '',
      description: 'IPv6 addresses of Services; used without AntreaProxy, and with antreaProxy.proxyAll.',
      validate: (cidr) => cidrProblem('Service CIDR v6', cidr, 'ipv6'),
    }),
    hostProcPathPrefix: configKey({
      type: text,
      default: '/host',
      description: "Prefix for paths of Pods' network namespaces: where the agent's container sees the host's /proc.",
    }),
    apiPort: configKey({
      type: port,
      default: 10350,
      description: 'Port of the API: health, metrics, and what antctl asks.',
    }),
    clusterPort: configKey({ type: port, default: 10351, description: 'Port for talk among agents.' }),
    dnsServerOverride: unread(text, '', "DNS server for FQDN rules, host:port. Empty: the cluster's.", hostAndPort),
    nplPortRange: unread(text, '61000-62000', 'Ports for NodePortLocal, first-last.', portRange),
    flowCollectorAddr: unread(
      text,
      'flow-aggregator.flow-aggregator.svc:4739:tls',
      'Where flow records are sent: host[:port][:tls|tcp|udp].',
    ),
    flowPollInterval: unread(duration({ min: 1_000 }), 5_000, 'How often connections are looked at for flow records.'),
    activeFlowExportTimeout: unread(duration(), 30_000, 'How often a connection that is used is told.'),
    idleFlowExportTimeout: unread(duration(), 15_000, 'After how long without packets a connection is told.'),
    tlsCipherSuites: configKey({
      type: text,
      default: '',
      description: 'Cipher suites of the API, separated by commas. Empty: a good choice.',
    }),
    tlsMinVersion: configKey({
      type: text,
      default: '',
      description: 'Least version of TLS of the API: VersionTLS12 (also when empty) or VersionTLS13.',
    }),
    enablePrometheusMetrics: configKey({ type: bool, default: true, description: 'Offer metrics at /metrics.' }),
  },
});

/** A key of 1.3 that nothing reads yet: a file that has it loads, and is checked. */
function unread<V>(
  type: ValueType<V>,
  value: NoInfer<V>,
  description: string,
  validate?: (value: V) => string | undefined,
): ConfigKey<V> {
  return {
    type,
    default: value,
    description: `${description} Not used in this version.`,
    ...(validate ? { validate } : {}),
  };
}

export type AgentConfig = ConfigOf<typeof agentConfigTable.keys>;

function interfaceName(name: string): string | undefined {
  return /^[^/\s:]{1,15}$/.test(name) ? undefined : 'must be an interface name of 1 to 15 characters';
}

function cidrProblem(what: string, cidr: string, family: 'ipv4' | 'ipv6'): string | undefined {
  if (cidr === '') return undefined;
  return tryParseCidr(cidr)?.address.family === family ? undefined : `${what} ${cidr} is invalid`;
}

function hostAndPort(value: string): string | undefined {
  return value === '' || /^.+:\d{1,5}$/.test(value) ? undefined : 'must be host:port';
}

function portRange(value: string): string | undefined {
  const match = /^(\d{1,5})-(\d{1,5})$/.exec(value);
  if (match && Number(match[1]) < Number(match[2]) && Number(match[2]) < 65_536) return undefined;
  return 'must be first-last, the last port larger than the first';
}
