import { beforeEach, describe, expect, it } from 'vitest';
import type { LogLevel } from '../log/logger.js';
import type { HttpRequest } from './http-types.js';
import { routeFeatureGates, routeLogLevel, routeVersion } from './operations.js';
import { Router } from './router.js';

let router: Router;
beforeEach(() => {
  router = new Router();
});

async function get(target: string): Promise<unknown> {
  const url = new URL(`http://local${target}`);
  const request = { method: 'GET', path: url.pathname, query: url.searchParams, params: {} };
  const { body } = await router.handle(request as unknown as HttpRequest);
  return (body as { json: unknown }).json;
}

describe('/loglevel', () => {
  it.each<[string, LogLevel, number]>([
    ['0', 'info', 0],
    ['3', 'info', 3],
    ['4', 'debug', 4],
    ['10', 'debug', 10],
    ['-1', 'warn', -1],
    ['-2', 'error', -2],
  ])('%s is %s', async (given, level, number) => {
    const logger: { level: LogLevel } = { level: 'info' };
    routeLogLevel(router, logger);
    expect(await get('/loglevel')).toBe(0);
    expect(await get(`/loglevel?level=${given}`)).toBe(number);
    expect(logger.level).toBe(level);
    expect(await get('/loglevel')).toBe(number);
    logger.level = 'debug';
    expect(await get('/loglevel')).toBe(level === 'debug' ? number : 4);
  });

  it.each([
    ['level=debug', 'level: "debug" is no log level; give a whole number from -2 up'],
    ['level=-3', 'level: "-3" is no log level'],
    ['level=1e3', 'level: "1e3" is no log level'],
    ['levl=4', 'unknown parameter "levl": did you mean "level"?'],
    ['level=4&level=0', 'parameter level is given twice; give it once'],
  ])('refuses %s', async (query, message) => {
    const logger: { level: LogLevel } = { level: 'info' };
    routeLogLevel(router, logger);
    await expect(get(`/loglevel?${query}`)).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining(message),
    });
    expect(logger.level).toBe('info');
  });
});

it('lists feature gates by name', async () => {
  const gate = { description: '', since: '', default: false };
  routeFeatureGates(router, {
    component: 'agent',
    gates: { Zebra: { ...gate, stage: 'beta' }, Ape: { ...gate, stage: 'alpha' } },
    values: { Zebra: true, Ape: false },
  });
  expect(await get('/featuregates')).toEqual([
    { component: 'agent', name: 'Ape', status: 'Disabled', version: 'Alpha' },
    { component: 'agent', name: 'Zebra', status: 'Enabled', version: 'Beta' },
  ]);
  await expect(get('/featuregates?x=1')).rejects.toThrow('unknown parameter "x"; there are none here');
});

it('tells the version', async () => {
  routeVersion(router, 'v1.3.0-x');
  expect(await get('/version')).toMatchObject({ major: '1', minor: '3', gitVersion: 'v1.3.0-x' });
});
