/** What `lab status` tells, and prints with `-o json`. */
export interface LabStatus {
  readonly name: string;
  readonly phase: 'starting' | 'up' | 'failed';
  readonly healthy: boolean;
  readonly datapath: string;
  readonly versions: { readonly antreaTs: string; readonly node: string; readonly openvswitch: string };
  readonly components: readonly ComponentStatus[];
  readonly nodes: readonly NodeStatus[];
  readonly pods: readonly PodStatusRow[];
}

export interface ComponentStatus {
  readonly component: string;
  /** Empty where the component belongs to no Node. */
  readonly node: string;
  /** `running`, `stopped`, or how it ended. */
  readonly state: string;
  readonly pid?: number;
  readonly healthy: boolean;
}

export interface NodeStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly addresses: readonly string[];
  readonly podCidrs: readonly string[];
}

export interface PodStatusRow {
  readonly namespace: string;
  readonly name: string;
  readonly ready: boolean;
  readonly phase: string;
  readonly node: string;
  readonly ips: readonly string[];
  readonly restarts: number;
}
