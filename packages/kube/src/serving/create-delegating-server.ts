import {
  createHttpServer,
  errorMessage,
  type HttpAnswer,
  type HttpRequest,
  type HttpServer,
  type HttpServerOptions,
} from '@antrea-ts/runtime';
import type { KubeClient } from '../kube-client.js';
import { resources } from '../resources.js';
import { createReflector } from '../watch/reflector.js';
import { AccessAuthorizer } from './access-authorizer.js';
import { AccessGuard } from './access-guard.js';
import { noClientTrust, parseClientTrust, type ClientTrust } from './client-trust.js';
import { LoopbackToken } from './loopback-token.js';
import { TokenAuthenticator } from './token-authenticator.js';

/** How to serve, and whom to ask about clients. */
export interface DelegatingServerOptions extends Omit<
  HttpServerOptions,
  'router' | 'askForCertificates' | 'certificate'
> {
  readonly router: { handle(request: HttpRequest): Promise<HttpAnswer> };
  readonly certificate: NonNullable<HttpServerOptions['certificate']>;
  readonly client: Pick<KubeClient, 'create' | 'listPages' | 'watch'>;
  /** Exact paths for everybody. Default: `/healthz`, `/livez`, `/readyz`. Webhooks belong here too. */
  readonly openPaths?: readonly string[];
  /** Where to leave a token for antctl (`loopbackTokenFile`); unset: nowhere. */
  readonly tokenFile?: string;
  /** Milliseconds since 1970; for tests. */
  readonly now?: () => number;
}

/** What everybody may ask, as of Kubernetes' API servers. */
export const healthPaths: readonly string[] = ['/healthz', '/livez', '/readyz'];

/**
 * Makes an HTTPS server whose clients the Kubernetes API knows and judges, as Kubernetes' own extension servers do it:
 * bearer tokens by TokenReview, client certificates and the API server's proxy by the ConfigMap
 * `kube-system/extension-apiserver-authentication`, permission by SubjectAccessReview. While the API is away, open
 * paths and the loopback token work.
 */
export function createDelegatingServer(options: DelegatingServerOptions): HttpServer {
  const { client, log, now = Date.now, tokenFile, openPaths = healthPaths } = options;
  let trust = noClientTrust;
  const loopback = new LoopbackToken();
  const guard = new AccessGuard({
    router: options.router,
    tokens: new TokenAuthenticator({ client, now }),
    authorizer: new AccessAuthorizer({ client, now }),
    trust: () => trust,
    ownToken: (token) => loopback.userOf(token),
    openPaths,
    log,
  });
  const server = createHttpServer({ ...options, router: guard, askForCertificates: true });
  const believe = (next: ClientTrust): void => {
    server.setClientAuthorities(next.authorities);
    trust = next;
  };
  const authorities = followTrust({ client, log, believe });
  return {
    name: server.name,
    get address() {
      return server.address;
    },
    get port() {
      return server.port;
    },
    setCertificate: (certificate) => server.setCertificate(certificate),
    setClientAuthorities: (given) => server.setClientAuthorities(given),
    async start({ signal }) {
      if (tokenFile !== undefined) {
        await loopback.write(tokenFile).catch((error: unknown) => {
          log.error('Cannot leave a token for antctl', { file: tokenFile, error: errorMessage(error) });
        });
      }
      await server.start({ signal });
      await authorities.start({ signal });
    },
    async stop() {
      await authorities.stop();
      await server.stop();
    },
  };
}

/** Follows the ConfigMap that says whom to believe. Without it nobody is known by a certificate. */
function followTrust({
  client,
  log,
  believe,
}: Pick<DelegatingServerOptions, 'client' | 'log'> & { readonly believe: (trust: ClientTrust) => void }) {
  const name = 'extension-apiserver-authentication';
  const where = `kube-system/${name}`;
  const authorities = createReflector({
    client,
    resource: resources.configMaps,
    namespace: 'kube-system',
    fieldSelector: `metadata.name=${name}`,
    project: ({ metadata, data = {} }) => (metadata.name === name ? data : undefined),
    isSame: (a, b) => JSON.stringify(a) === JSON.stringify(b),
    onChange: (change) => {
      try {
        believe(change.kind === 'removed' ? noClientTrust : parseClientTrust(change.object));
      } catch (error) {
        log.warn('Cannot tell clients by their certificates', { configMap: where, error: errorMessage(error) });
      }
    },
    onSync: () => {
      if (authorities.store.size === 0)
        log.warn('Clients are known by tokens only: ConfigMap not found', { configMap: where });
    },
    log,
  });
  return authorities;
}
