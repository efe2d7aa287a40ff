import {
  createAuthority,
  createHttpServer,
  routeMetrics,
  Router,
  type HealthChecks,
  type HttpServer,
  type Logger,
  type Metrics,
} from '@antrea-ts/runtime';

/**
 * Health and metrics of the agent, over HTTPS with a certificate that lives as long as the process: what kubelet's
 * probes, which check no certificate, ask on `apiPort`.
 */
export async function startAgentApi(
  options: { readonly port: number; readonly withMetrics: boolean },
  modules: { readonly health: HealthChecks; readonly metrics: Metrics; readonly logger: Logger },
  { signal }: { signal: AbortSignal },
): Promise<HttpServer> {
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
  await server.start({ signal });
  return server;
}
