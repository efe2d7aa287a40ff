import type { KubeClient } from '@antrea-ts/kube';
import {
  createHttpServer,
  errorMessage,
  Lifetime,
  routeMetrics,
  Router,
  untilAborted,
  type HealthChecks,
  type Logger,
  type Metrics,
} from '@antrea-ts/runtime';
import { startCertificate } from './certificates/start-certificate.js';
import type { ControllerOptions } from './config/options.js';
import { ControllerError } from './errors.js';

/** What the controller is given: the cluster, and where to tell about itself. */
export interface ControllerModules {
  readonly client: KubeClient;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: HealthChecks;
}

/** What the parts of the controller take besides their options. */
export interface PartModules extends ControllerModules {
  readonly lifetime: Lifetime;
  readonly signal: AbortSignal;
}

/** The controller: brings everything up, serves, and returns when `signal` aborts. */
export async function runController(
  options: ControllerOptions,
  modules: ControllerModules,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  const lifetime = new Lifetime();
  try {
    await start(options, { ...modules, lifetime, signal });
    modules.logger.info('Ready');
    await untilAborted(signal);
  } finally {
    await lifetime.close();
  }
}

async function start(options: ControllerOptions, modules: PartModules): Promise<void> {
  const { health, metrics, logger, lifetime, signal } = modules;
  const certificate = await startCertificate(options, modules);
  const router = new Router();
  health.route(router);
  if (options.enablePrometheusMetrics) routeMetrics(router, metrics);
  const server = createHttpServer({
    name: 'controller API',
    router,
    listen: { port: options.apiPort },
    certificate: certificate.first,
    log: logger.child('api'),
  });
  await server.start({ signal }).catch((cause: unknown) => {
    throw new ControllerError('config', `apiPort ${options.apiPort}: cannot listen: ${errorMessage(cause)}`, { cause });
  });
  lifetime.onStop(() => server.stop());
  certificate.onChange((changed) => server.setCertificate(changed));
}
