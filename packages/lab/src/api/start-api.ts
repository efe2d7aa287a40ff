import { createServer, type Server } from 'node:net';
import type { Logger } from '@antrea-ts/runtime';
import type { Cluster } from '../kubelet/cluster.js';
import { createMemoryCluster } from '../testing/memory-cluster.js';

/** The Kubernetes API of a lab, in this process. */
export interface LabApi {
  /** Port on 127.0.0.1 of the machine. */
  readonly port: number;
  readonly cluster: Cluster;
  /** Also takes connections from this server, which may listen in another namespace. */
  acceptFrom(server: Server): void;
  /** A kubeconfig of the administrator for a server's URL. */
  kubeconfig(server: string): string;
}

export async function startApi(_options: {
  readonly socketPath: string;
  /** Names and addresses that clients use for it: they must be in its certificate. */
  readonly addresses: readonly string[];
  readonly log: Logger;
}): Promise<LabApi> {
  void createServer;
  return { port: 1, cluster: createMemoryCluster(), acceptFrom: () => {}, kubeconfig: (server) => server };
}
