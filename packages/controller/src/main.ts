#!/usr/bin/env node
import { createKubeClient, loadConnection } from '@antrea-ts/kube';
import { createLogger, createMetrics, describeSettings, HealthChecks, loadConfig, runMain } from '@antrea-ts/runtime';
import { controllerConfigTable } from './config/keys.js';
import { controllerOptions } from './config/options.js';
import { runController } from './controller.js';
import { version } from './version.js';

/** The program: configuration, then the controller until a signal ends it. */
await runMain(async ({ signal }) => {
  const loaded = await loadConfig(controllerConfigTable, {
    argv: process.argv.slice(2),
    env: process.env,
    platform: 'linux',
  });
  if (loaded.kind === 'help') return void process.stdout.write(loaded.text);
  if (loaded.kind === 'version') return void process.stdout.write(`antrea-controller ${version}\n`);
  const options = controllerOptions(loaded.config);
  const logger = await createLogger({ level: options.logLevel, format: options.logFormat });
  logger.info('Starting antrea-controller', { version, ...describeSettings(loaded.settings) });
  const connection = await loadConnection({ kubeconfig: options.clientConnection.kubeconfig, env: process.env });
  const client = createKubeClient(connection);
  try {
    const modules = { client, logger, metrics: await createMetrics(), health: new HealthChecks() };
    await runController(options, modules, { signal });
    logger.info('Stopped');
  } finally {
    await client.close();
  }
});
