import type { FeatureGate, FeatureGateValues } from '../config/feature-gates.js';
import type { LogLevel } from '../log/logger.js';
import { HttpError } from './http-types.js';
import { queryParameters } from './query-parameters.js';
import type { Router } from './router.js';

/** klog's verbosities by our levels: from 4 on Kubernetes' programs tell each step; negative ones are ours. */
const verbosities: readonly (readonly [from: number, level: LogLevel])[] = [
  [4, 'debug'],
  [0, 'info'],
  [-1, 'warn'],
  [-2, 'error'],
];

/**
 * Adds `/loglevel`: the verbosity as a number, and with `?level=N` another one from now on (0 to 3: info, 4 and more:
 * debug; besides 1.3's, -1: warn, -2: error).
 */
export function routeLogLevel(router: Router, logger: { level: LogLevel }): void {
  let asked: { readonly number: number; readonly level: LogLevel } | undefined;
  router.get('/loglevel', ({ query }) => {
    const { level: text } = queryParameters(query, ['level']);
    if (text !== undefined) {
      const number = /^-?\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
      const level = verbosities.find(([from]) => number >= from)?.[1];
      if (level === undefined) {
        throw new HttpError(400, `level: ${JSON.stringify(text)} is no log level; give a whole number from -2 up`);
      }
      logger.level = level;
      asked = { number, level };
    }
    const known = asked?.level === logger.level ? asked.number : undefined;
    return { body: { json: known ?? verbosities.find(([, level]) => level === logger.level)?.[0] ?? 0 } };
  });
}

const stageNames = { alpha: 'Alpha', beta: 'Beta', ga: 'GA', deprecated: 'Deprecated' } as const;

/** Adds `/featuregates`: every gate, whether it is on and how mature it is. */
export function routeFeatureGates<T extends Readonly<Record<string, FeatureGate>>>(
  router: Router,
  options: {
    readonly component: 'agent' | 'controller';
    readonly gates: T;
    readonly values: FeatureGateValues<T>;
  },
): void {
  const { component, gates, values } = options;
  const list = Object.entries(gates)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { stage }]) => ({
      component,
      name,
      status: values[name] ? 'Enabled' : 'Disabled',
      version: stageNames[stage],
    }));
  router.get('/featuregates', ({ query }) => {
    queryParameters(query, []);
    return { body: { json: list } };
  });
}

/** Adds `/version`, in the form of Kubernetes' API servers. */
export function routeVersion(router: Router, gitVersion: string): void {
  const [, major = '', minor = ''] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? [];
  const json = {
    major,
    minor,
    gitVersion,
    gitCommit: '',
    gitTreeState: '',
    buildDate: '',
    // Clients made in Go expect these.
    goVersion: '',
    compiler: `node ${process.version}`,
    platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
  };
  router.get('/version', () => ({ body: { json } }));
}
