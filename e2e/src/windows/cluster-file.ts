/** What a program under Wine is told of the cluster and the switch. */
export interface ClusterFile {
  /** Path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  readonly vswitchdPid: number;
  /** Sockets of Open vSwitch by their names, each as a port of this machine's loopback. */
  readonly sockets: Readonly<Record<string, number>>;
}
