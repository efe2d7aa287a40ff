import { chmod, rm } from 'node:fs/promises';
import { createServer as createNetServer, type AddressInfo, type Server as NetServer } from 'node:net';
import { createAuthority, errorMessage, silentLogger, type Authority, type Logger } from '@antrea-ts/runtime';
import { Webhooks } from './admission/webhooks.js';
import { Aggregator } from './aggregation/aggregator.js';
import { Authenticator } from './auth/authenticator.js';
import { allowAll, type Authorizer } from './auth/authorizer.js';
import { RbacAuthorizer } from './auth/rbac.js';
import { ServiceAccountTokens } from './auth/service-account-tokens.js';
import type { User } from './auth/user.js';
import { startControllers } from './controllers/start-controllers.js';
import { DiscoveryHandler } from './http/discovery-handler.js';
import type { PodLogs } from './http/pod-log.js';
import { ResourceHandler } from './http/resource-handler.js';
import { createRouter } from './http/router.js';
import { Subresources } from './http/subresources.js';
import { createTlsServer, type TlsServer } from './http/tls-server.js';
import { renderKubeconfig } from './kubeconfig.js';
import { Operations } from './operations.js';
import { createResolver, type ResolveService } from './outbound/connect.js';
import { ResourceRegistry } from './resources/registry.js';
import { kubernetesAddress, storeKubernetesService, type Advertised } from './services/kubernetes-service.js';
import { ServiceAllocator } from './services/service-allocator.js';
import { Snapshot } from './storage/snapshot.js';
import { Store } from './storage/store.js';

export type Listener = { readonly host: string; readonly port: number } | { readonly path: string };

export interface ApiServerOptions {
  /** Where to listen: addresses (port 0: any free one) and local sockets. */
  readonly listeners: readonly Listener[];
  /** Names and addresses by which clients reach the server, for its certificate; loopback is always there. */
  readonly hosts?: readonly string[];
  readonly logger?: Logger;
  readonly podLogs?: PodLogs;
  /** Who may do what: everybody everything (the default), or what Roles and their bindings say. */
  readonly authorization?: 'AlwaysAllow' | 'RBAC';
  /** Tokens that are good from the start, and whose they are. */
  readonly tokens?: ReadonlyMap<string, User>;
  /** Says where a Service is that webhooks or API services name; otherwise the first endpoint is tried. */
  readonly resolveService?: ResolveService;
  /** Ranges of the Services' addresses, the preferred family first. */
  readonly serviceCidrs?: readonly string[];
  /** Where Pods reach this server: what stands behind the Service `kubernetes`. Without it there is no such Service. */
  readonly advertise?: Advertised;
  /** Keeps the objects in this file over restarts; certificates and tokens are new each time. */
  readonly snapshotFile?: string;
}

const defaultServiceCidrs = ['10.96.0.0/12', 'fd00:10:96::/112'];

/** A Kubernetes-compatible API in this process. State is in memory and ends with it, unless a snapshot keeps it. */
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
  /** Forgets past changes, as a real server does after some minutes: older watches have to list again. */
  compact(): void;
  stop(): Promise<void>;
}

/** Starts a server. It answers when this returns. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const logger = options.logger ?? silentLogger;
  const authority = await createAuthority('antrea-lab-ca');
  const store = new Store();
  const onSnapshotError = (error: unknown): void =>
    logger.error('Cannot write the snapshot', { file: options.snapshotFile, error: errorMessage(error) });
  const snapshot =
    options.snapshotFile === undefined
      ? undefined
      : new Snapshot({ store, file: options.snapshotFile, onError: onSnapshotError });
  await snapshot?.load();

  const registry = new ResourceRegistry();
  const findService = createResolver(store, options.resolveService);
  const serviceCidrs = options.serviceCidrs ?? defaultServiceCidrs;
  const allocator = new ServiceAllocator({ store, serviceCidrs });
  const admission = new Webhooks({ store, registry, findService, log: logger });
  const operations = new Operations({ store, admission, allocator });
  const tokens = new ServiceAccountTokens({ store });
  const authenticator = new Authenticator({ tokens, known: options.tokens ?? new Map() });
  const authorizer: Authorizer = options.authorization === 'RBAC' ? new RbacAuthorizer({ store }) : allowAll;
  const proxyClient = await authority.client('front-proxy-client', []);
  const aggregator = new Aggregator({ store, findService, proxyClient });
  const subresources = new Subresources({ operations, authenticator, authorizer, tokens, podLogs: options.podLogs });
  const router = createRouter({
    registry,
    authenticator,
    authorizer,
    aggregator,
    resources: new ResourceHandler({ store, operations, subresources }),
    discovery: new DiscoveryHandler({ registry, aggregator }),
    onError: (error) => logger.error('Request failed', { error: error instanceof Error ? error.stack : String(error) }),
  });
  const { caPem } = authority;
  const stopControllers = startControllers({ store, registry, operations, aggregator, allocator, tokens, caPem });
  const ownAddress = kubernetesAddress(serviceCidrs);
  if (options.advertise) storeKubernetesService(store, ownAddress, options.advertise);
  snapshot?.follow();

  const hosts = ['localhost', '127.0.0.1', '::1', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];
  const pair = await authority.server('kube-apiserver', [...hosts, ownAddress, ...(options.hosts ?? [])]);
  const tls = createTlsServer({ ...pair, ca: caPem }, router);
  const listeners = await Promise.all(options.listeners.map(listen));
  for (const listener of listeners) tls.acceptFrom(listener);
  return {
    caPem,
    addresses: listeners.map((listener) => listener.address() as AddressInfo | string),
    acceptFrom: (source) => tls.acceptFrom(source),
    kubeconfig: (wanted) => kubeconfigFor(authority, wanted),
    compact: () => store.compact(),
    async stop() {
      stopControllers();
      await closeAll(tls, listeners);
      await snapshot?.stop();
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

async function closeAll(tls: TlsServer, listeners: readonly NetServer[]): Promise<void> {
  const closed = listeners.map((listener) => new Promise<void>((resolve) => listener.close(() => resolve())));
  tls.closeConnections();
  await Promise.all(closed);
}
