import { chmod, rm } from 'node:fs/promises';
import type { Server } from 'node:https';
import { createServer as createNetServer, type AddressInfo, type Server as NetServer } from 'node:net';
import { createAuthority, silentLogger, type Authority, type Logger } from '@antrea-ts/runtime';
import { GarbageCollector } from './controllers/garbage-collector.js';
import { NamespaceController } from './controllers/namespaces.js';
import { acceptFrom, createRouter, createTlsServer } from './http/api-server.js';
import { ResourceHandler } from './http/resource-handler.js';
import { Subresources, type PodLogs } from './http/subresources.js';
import { Users } from './http/users.js';
import { renderKubeconfig } from './kubeconfig.js';
import { Operations } from './operations.js';
import { ResourceRegistry } from './resources/registry.js';
import { Store } from './storage/store.js';

export type Listener = { readonly host: string; readonly port: number } | { readonly path: string };

export interface ApiServerOptions {
  /** Where to listen: addresses (port 0: any free one) and local sockets. */
  readonly listeners: readonly Listener[];
  /** Names and addresses by which clients reach the server, for its certificate; loopback is always there. */
  readonly hosts?: readonly string[];
  readonly logger?: Logger;
  readonly podLogs?: PodLogs;
}

/** A Kubernetes-compatible API in this process. State is in memory and ends with it. */
export interface ApiServer {
  readonly caPem: string;
  /** What it listens on, with the ports that were given. */
  readonly addresses: readonly (AddressInfo | string)[];
  /** Also takes connections of a server that somebody else made, in another network namespace for instance. */
  acceptFrom(source: NetServer): void;
  /** A kubeconfig for `server` (`https://HOST:PORT`); by default of the administrator. */
  kubeconfig(options: {
    readonly server: string;
    readonly user?: string;
    readonly groups?: readonly string[];
  }): Promise<string>;
  stop(): Promise<void>;
}

export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const logger = options.logger ?? silentLogger;
  const authority = await createAuthority('antrea-lab-ca');
  const store = new Store();
  const registry = new ResourceRegistry();
  const users = new Users();
  const operations = new Operations({ store, admission: { admit: async ({ object }) => object } });
  const subresources = new Subresources({ operations, users, podLogs: options.podLogs });
  const router = createRouter({
    registry,
    users,
    resources: new ResourceHandler({ store, operations, subresources }),
    aggregator: {
      groups: () => [],
      proxy: async () => undefined,
    },
    onError: (error) => logger.error('Request failed', { error }),
  });
  const serverPair = await authority.server('kube-apiserver', ['localhost', '127.0.0.1', '::1', ...(options.hosts ?? [])]);
  const tls = createTlsServer({ ...serverPair, ca: authority.caPem }, router);
  const controllers = [
    new NamespaceController({ store, registry, operations, caPem: authority.caPem }),
    new GarbageCollector({ store, registry, operations }),
  ];
  for (const controller of controllers) controller.start();
  const listeners = await Promise.all(options.listeners.map(listen));
  for (const listener of listeners) acceptFrom(tls, listener);
  return {
    caPem: authority.caPem,
    addresses: listeners.map((listener) => listener.address() as AddressInfo | string),
    acceptFrom: (source) => acceptFrom(tls, source),
    kubeconfig: (wanted) => kubeconfigFor(authority, wanted),
    async stop() {
      for (const controller of controllers) controller.stop();
      await closeAll(tls, listeners);
    },
  };
}

async function kubeconfigFor(
  authority: Authority,
  { server, user = 'kubernetes-admin', groups = ['system:masters'] }: Parameters<ApiServer['kubeconfig']>[0],
): Promise<string> {
  return renderKubeconfig({ server, user, caPem: authority.caPem, client: await authority.client(user, groups) });
}

async function listen(listener: Listener): Promise<NetServer> {
  const server = createNetServer();
  if ('path' in listener) await rm(listener.path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listener, resolve);
  });
  if ('path' in listener) await chmod(listener.path, 0o600);
  return server;
}

async function closeAll(tls: Server, listeners: readonly NetServer[]): Promise<void> {
  // Watches would keep the server open for as long as they last.
  tls.closeAllConnections();
  await Promise.all(listeners.map((listener) => new Promise<void>((resolve) => listener.close(() => resolve()))));
}
