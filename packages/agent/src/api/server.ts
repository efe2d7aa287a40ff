import { antctlPaths } from '@antrea-ts/apis';
import { createDelegatingServer, type KubeClient } from '@antrea-ts/kube';
import {
  createAuthority,
  errorMessage,
  HttpError,
  type HealthChecks,
  type HttpAnswer,
  type HttpRequest,
  type Logger,
  type Router,
  type TlsSettings,
  untilAborted,
} from '@antrea-ts/runtime';
import { AgentError } from '../errors.js';

export interface AgentApiOptions {
  readonly port: number;
  readonly tls: TlsSettings;
  /** Where to leave the token for antctl. */
  readonly tokenFile: string;
}

/**
 * Serves the agent's API until `signal` aborts, over HTTPS with a certificate that lives as long as the process: for
 * kubelet's probes, which check no certificate, for antctl, Prometheus and the controller. `router` may get its routes
 * while the server runs.
 */
export async function serveAgentApi(
  options: AgentApiOptions,
  modules: {
    readonly router: Router;
    readonly client: KubeClient;
    readonly health: HealthChecks;
    readonly logger: Logger;
  },
  { signal }: { signal: AbortSignal },
): Promise<void> {
  const { client, logger } = modules;
  const authority = await createAuthority('antrea-agent');
  const server = createDelegatingServer({
    name: 'agent API',
    router: { handle: (request) => answer(request, modules) },
    listen: { port: options.port },
    certificate: await authority.server('antrea-agent', ['localhost', '127.0.0.1', '::1']),
    tls: options.tls,
    client,
    tokenFile: options.tokenFile,
    log: logger,
  });
  if (signal.aborted) return;
  await server.start({ signal }).catch((cause: unknown) => {
    throw new AgentError('config', `apiPort ${options.port}: cannot listen: ${errorMessage(cause)}`, { cause });
  });
  await untilAborted(signal);
  await server.stop();
}

/** Parts of the agent add their paths when they are up; who asks before that is told so. */
async function answer(
  request: HttpRequest,
  { router, health }: { readonly router: Router; readonly health: HealthChecks },
): Promise<HttpAnswer> {
  const { path } = request;
  if (!antctlPaths.includes(path) || router.paths.includes(path)) return router.handle(request);
  const problems = [...(await health.problems('ready'))].map(([name, problem]) => `${name}: ${problem}`);
  throw new HttpError(
    503,
    `${path} is not served now: ${problems.join('; ') || 'this agent has nothing to tell there'}`,
  );
}
