import { agentFeatureGates } from '@antrea-ts/apis';
import { createDelegatingServer, healthPaths, loopbackTokenFile, type KubeClient } from '@antrea-ts/kube';
import {
  errorMessage,
  Lifetime,
  orAborted,
  routeFeatureGates,
  routeLogLevel,
  routeMetrics,
  Router,
  routeVersion,
  untilAborted,
  type HealthChecks,
  type RootLogger,
  type Metrics,
} from '@antrea-ts/runtime';
import { controlplaneApi } from './api/controlplane-api.js';
import { routeApis } from './api/api-group.js';
import { routeEndpointQuery } from './api/endpoint-query.js';
import { statsApi } from './api/stats-api.js';
import { startCertificate } from './certificates/start-certificate.js';
import type { ControllerOptions } from './config/options.js';
import { ControllerError } from './errors.js';
import { routeNamespaceWebhook, routeWebhooks, webhookPaths } from './webhooks/route-webhooks.js';
import { startInfo } from './info/start-info.js';
import { createControllerMetrics, type ControllerMetrics } from './metrics/controller-metrics.js';
import { startMirroring } from './mirroring/start-mirroring.js';
import { startPolicies } from './policy/start-policies.js';
import { startTiers } from './policy/system-tiers.js';
import { version } from './version.js';

/** What the controller is given: the cluster, and where to tell about itself. */
export interface ControllerModules {
  readonly client: KubeClient;
  readonly logger: RootLogger;
  readonly metrics: Metrics;
  readonly health: HealthChecks;
}

/** What the parts of the controller take besides their options. */
export interface PartModules extends Omit<ControllerModules, 'metrics'> {
  readonly metrics: ControllerMetrics;
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
    const router = new Router();
    if (options.enablePrometheusMetrics) routeMetrics(router, modules.metrics);
    const metrics = createControllerMetrics(modules.metrics);
    await start(options, router, { ...modules, metrics, lifetime, signal });
    modules.logger.info('Ready');
    await untilAborted(signal);
  } finally {
    await lifetime.close();
  }
}

async function start(options: ControllerOptions, router: Router, modules: PartModules): Promise<void> {
  const { client, health, logger, lifetime, signal } = modules;
  const certificate = await startCertificate(options, modules);
  health.route(router);
  routeVersion(router, version);
  routeLogLevel(router, logger);
  routeFeatureGates(router, { component: 'controller', gates: agentFeatureGates, values: options.featureGates });
  const policies = await startPolicies(options, modules);
  routeApis(router, [controlplaneApi(policies), statsApi(policies)]);
  routeEndpointQuery(router, policies);
  routeNamespaceWebhook(router);
  if (options.featureGates.AntreaPolicy) {
    const controllerUser = `system:serviceaccount:${options.namespace}:${options.serviceAccountName}`;
    routeWebhooks(router, { cluster: policies.cluster, controllerUser });
  }
  const server = createDelegatingServer({
    name: 'controller API',
    client,
    router,
    listen: { port: options.apiPort },
    certificate: certificate.first,
    openPaths: [...healthPaths, ...webhookPaths],
    tokenFile: loopbackTokenFile,
    log: logger.child('api'),
  });
  await server.start({ signal }).catch((cause: unknown) => {
    throw new ControllerError('config', `apiPort ${options.apiPort}: cannot listen: ${errorMessage(cause)}`, { cause });
  });
  lifetime.onStop(() => server.stop());
  certificate.onChange((changed) => server.setCertificate(changed));
  // The webhook for tiers is asked about ours as well.
  if (options.featureGates.AntreaPolicy) {
    await orAborted(certificate.published, signal);
    startTiers(modules);
  }
  // Mirrors are checked by the webhooks as well.
  await startMirroring(options, modules);
  await startInfo(options, policies, modules);
}
