import { writeFile } from 'node:fs/promises';
import type { Server } from 'node:net';
import { createKubeClient, loadKubeconfig } from '@antrea-ts/kube';
import { startApiServer } from '@antrea-ts/kube-api';
import type { Logger } from '@antrea-ts/runtime';
import type { Cluster } from '../kubelet/cluster.js';
import type { LabPaths } from '../paths.js';
import type { ServiceDirectory } from '../external/cluster-zone.js';
import type { FamilyPlan } from '../plan/addresses.js';
import { apiPort } from '../plan/endpoints.js';
import { installClusterDns } from './cluster-dns.js';
import { followServices } from './service-directory.js';
import { createKubeCluster } from './kube-cluster.js';
import { installControlPlane } from './control-plane.js';
import { installCustomResources } from './custom-resources.js';
import { installRoles } from './roles.js';
import { readPodLog } from './pod-logs.js';

/** The Kubernetes API of a lab, in this process. */
export interface LabApi {
  readonly cluster: Cluster;
  readonly services: ServiceDirectory;
  /** Also takes connections from this server, which may listen in another namespace. */
  acceptFrom(server: Server): void;
  /** A kubeconfig for a server's URL; by default of the administrator. */
  kubeconfig(server: string, user?: { readonly name: string; readonly groups: readonly string[] }): Promise<string>;
}

/** Starts the API on a free port of the machine's loopback, and writes the administrator's kubeconfig. */
export async function startApi(options: {
  readonly paths: LabPaths;
  readonly families: readonly FamilyPlan[];
  readonly rbac: boolean;
  readonly log: Logger;
}): Promise<LabApi> {
  const { paths, families, log } = options;
  const addresses = families.map(({ underlayRouter }) => underlayRouter);
  const server = await startApiServer({
    listeners: [{ host: '127.0.0.1', port: 0 }, { path: paths.apiSocket }],
    hosts: addresses,
    advertise: { addresses, port: apiPort },
    logger: log,
    podLogs: (pod, wanted) => readPodLog(paths, pod, wanted),
    serviceCidrs: families.map(({ serviceCidr }) => serviceCidr),
    authorization: options.rbac ? 'RBAC' : 'AlwaysAllow',
    resolveService: async ({ namespace, name }) =>
      namespace === 'kube-system' && name === 'antrea' ? { path: paths.controller.socket } : undefined,
  });
  const address = server.addresses.find((candidate) => typeof candidate !== 'string');
  const kubeconfig: LabApi['kubeconfig'] = (url, user) =>
    server.kubeconfig({ server: url, ...(user === undefined ? {} : { user: user.name, groups: user.groups }) });
  await writeFile(paths.kubeconfig, await kubeconfig(`https://127.0.0.1:${address?.port}`), { mode: 0o600 });
  const client = createKubeClient(await loadKubeconfig(paths.kubeconfig));
  await installCustomResources(client);
  await installControlPlane(
    client,
    families.map(({ controller }) => controller),
  );
  await installRoles(client);
  await installClusterDns(client, families);
  return {
    cluster: createKubeCluster({ client, log }),
    services: followServices({ client, log }),
    acceptFrom: (source) => server.acceptFrom(source),
    kubeconfig,
  };
}
