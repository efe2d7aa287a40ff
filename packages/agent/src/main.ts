import { agentFeatureGates } from '@antrea-ts/apis';
import type { Host } from '@antrea-ts/host';
import { createKubeClient, loadConnection, loopbackTokenFile } from '@antrea-ts/kube';
import {
  createLogger,
  createMetrics,
  HealthChecks,
  describeSettings,
  ensureDirectory,
  loadConfig,
  runMain,
  routeFeatureGates,
  routeLogLevel,
  routeMetrics,
  Router,
  routeVersion,
  runTogether,
  type ConfigPlatform,
  type Logger,
} from '@antrea-ts/runtime';
import { runAgent } from './agent.js';
import { serveAgentApi } from './api/server.js';
import { agentConfigTable } from './config/keys.js';
import { agentOptions, type DatapathType } from './config/options.js';
import { createAgentMetrics } from './metrics/agent-metrics.js';
import { version } from './version.js';

/** What the platform's main gives: which platform it is, and its host. */
export interface Platform {
  readonly name: ConfigPlatform;
  /** Datapaths of its Open vSwitch, where it does not have all. */
  readonly datapathTypes?: readonly DatapathType[];
  createHost(modules: { readonly logger: Logger; readonly runDir: string }): Host;
}

/** The program: configuration, then the agent until a signal ends it. */
export async function main(platform: Platform): Promise<void> {
  await runMain(async ({ signal }) => {
    const loaded = await loadConfig(agentConfigTable, {
      argv: process.argv.slice(2),
      env: process.env,
      platform: platform.name,
    });
    if (loaded.kind === 'help') return void process.stdout.write(loaded.text);
    if (loaded.kind === 'version') return void process.stdout.write(`antrea-agent ${version}\n`);
    const options = agentOptions(loaded.config, platform.name, platform.datapathTypes);
    const logger = await createLogger({ level: options.logLevel, format: options.logFormat });
    logger.info('Starting antrea-agent', { version, ...describeSettings(loaded.settings) });

    // Sockets, tokens and policies are in it: nobody else's business.
    await ensureDirectory(options.runDir, { mode: 0o750 });
    const metrics = await createMetrics();
    const health = new HealthChecks();
    const connection = await loadConnection({
      kubeconfig: options.clientConnection.kubeconfig,
      env: process.env,
      serverOverride: options.kubeAPIServerOverride,
    });
    const client = createKubeClient(connection);
    const host = platform.createHost({ logger: logger.child('host'), runDir: options.runDir });
    const agentMetrics = createAgentMetrics(metrics);
    const router = new Router();
    health.route(router);
    if (options.enablePrometheusMetrics) routeMetrics(router, metrics);
    routeVersion(router, version);
    routeLogLevel(router, logger);
    routeFeatureGates(router, { component: 'agent', gates: agentFeatureGates, values: options.gates });
    const apiOptions = { port: options.apiPort, tls: options.tls, tokenFile: loopbackTokenFile };
    const apiModules = { router, client, health, logger: logger.child('api') };
    const agentModules = {
      host,
      client,
      connection,
      env: process.env,
      logger,
      health,
      metrics: agentMetrics,
      router,
    };
    try {
      await runTogether(
        [
          (context) => runAgent(options, agentModules, context),
          // Making its certificate takes a while, and the Node need not wait for it.
          (context) => serveAgentApi(apiOptions, apiModules, context),
        ],
        { signal },
      );
      logger.info('Stopped; the switch goes on forwarding');
    } finally {
      await host.close();
      await client.close();
    }
  });
}
