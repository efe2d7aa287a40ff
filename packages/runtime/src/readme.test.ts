import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import * as runtime from './index.js';
import {
  bool,
  configKey,
  configTable,
  createHttpServer,
  createLogger,
  createMetrics,
  describeSettings,
  HealthChecks,
  loadConfig,
  port,
  routeMetrics,
  Router,
  untilAborted,
} from './index.js';

// README begin
const table = configTable({
  program: 'greeter',
  description: 'Answers /hello.',
  keys: {
    'http.port': configKey({ type: port, default: 8080, description: 'Port to listen on.', flag: 'port' }),
    loud: configKey({ type: bool, default: false, description: 'Answer in capitals.' }),
  },
});

async function main(argv: readonly string[], signal: AbortSignal): Promise<void> {
  const loaded = await loadConfig(table, { argv, env: process.env, platform: 'linux' });
  if (loaded.kind !== 'run') return;
  const { config, settings } = loaded; // config.http.port is a number, config.loud a boolean
  const log = await createLogger({ format: 'json' });
  log.info('Configuration', describeSettings(settings));

  const metrics = await createMetrics();
  const greetings = metrics.counter({ name: 'greetings_total', help: 'Greetings.', labels: ['mood'] });
  const router = new Router().get('/hello/:name', ({ params }) => {
    greetings.inc({ mood: config.loud ? 'loud' : 'calm' });
    const text = `hello ${params['name']}`;
    return { body: config.loud ? text.toUpperCase() : text };
  });
  routeMetrics(router, metrics);
  new HealthChecks().add('voice', () => undefined).route(router);
  const server = createHttpServer({ name: 'greeter API', router, log, listen: { port: config.http.port } });
  await server.start({ signal });
  await untilAborted(signal);
  await server.stop();
}
// README end

it('the example of the README works and is the one above', async () => {
  const source = readFileSync(new URL(import.meta.url), 'utf8');
  const example = /^\/\/ README begin\n(.*)^\/\/ README end$/ms.exec(source)?.[1] ?? 'no example';
  expect(readFileSync(new URL('../README.md', import.meta.url), 'utf8')).toContain(example);

  const controller = new AbortController();
  const running = main(['--port', '38417'], controller.signal);
  const deadline = Date.now() + 5_000;
  let answer: Response | undefined;
  while (answer === undefined && Date.now() < deadline) {
    answer = await fetch('http://127.0.0.1:38417/hello/you').catch(() => undefined);
    if (answer === undefined) await sleep(10);
  }
  expect(await answer?.text()).toBe('hello you');
  expect(await (await fetch('http://127.0.0.1:38417/metrics')).text()).toContain('greetings_total{mood="calm"} 1');
  expect(await (await fetch('http://127.0.0.1:38417/readyz')).text()).toBe('ok');
  controller.abort();
  await running;
});

it('exports what the README names', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const named = [...readme.matchAll(/^\| .*? \| (.*?) \|$/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => !(name in runtime))).toEqual([]);
});
