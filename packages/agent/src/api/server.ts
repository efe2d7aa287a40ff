import {
  createAuthority,
  createHttpServer,
  errorMessage,
  routeMetrics,
  Router,
  type HealthChecks,
  type Logger,
  type Metrics,
  untilAborted,
} from '@antrea-ts/runtime';
import { AgentError } from '../errors.js';

/**
 * Serves health and metrics of the agent until `signal` aborts, over HTTPS with a certificate that lives as long as the process: what kubelet's
 * probes, which check no certificate, ask on `apiPort`.
 */
export async function serveAgentApi(
  options: { readonly port: number; readonly withMetrics: boolean },
  modules: { readonly health: HealthChecks; readonly metrics: Metrics; readonly logger: Logger },
  { signal }: { signal: AbortSignal },
): Promise<void> {
  const router = new Router();
  modules.health.route(router);
  if (options.withMetrics) routeMetrics(router, modules.metrics);
  const authority = await createAuthority('antrea-agent');
  const server = createHttpServer({
    name: 'agent API',
    router,
    listen: { port: options.port },
    certificate: await authority.server('antrea-agent', ['localhost', '127.0.0.1', '::1']),
    log: modules.logger,
  });
  if (signal.aborted) return;
  await server.start({ signal }).catch((cause: unknown) => {
    throw new AgentError('config', `apiPort ${options.port}: cannot listen: ${errorMessage(cause)}`, { cause });
  });
  await untilAborted(signal);
  await server.stop();
}
