import { errorMessage } from '../errors.js';
import type { Metrics } from '../metrics/metrics.js';
import type { HttpAnswer, HttpRequest } from './http-types.js';
import type { Router } from './router.js';

/** Which question a check answers: does the process work at all, or can it serve now? */
export type HealthKind = 'live' | 'ready';

/** What a check found: undefined when all is well, else what is wrong; what is tolerated is told and does not fail. */
export type HealthFinding = string | undefined | { readonly tolerated: string };

/** Looks what is wrong. Throwing counts as wrong. */
export type HealthCheck = () => HealthFinding | Promise<HealthFinding>;

interface NamedCheck {
  readonly name: string;
  readonly check: HealthCheck;
  readonly kinds: readonly HealthKind[];
}

/** Checks that take longer than this have failed: probes do not wait. */
const checkTimeout = 3_000;

/**
 * Named checks behind `/livez`, `/readyz` and `/healthz` (which is the same as `/livez`), in the form of Kubernetes'
 * servers: `ok`, or with `?verbose` and on failure one line a check. Failed checks give their reason.
 */
export class HealthChecks {
  readonly #checks: NamedCheck[] = [{ name: 'ping', check: () => undefined, kinds: ['live', 'ready'] }];

  /** Adds a check, by default of readiness. */
  add(name: string, check: HealthCheck, kinds: readonly HealthKind[] = ['ready']): this {
    this.#checks.push({ name, check, kinds });
    return this;
  }

  /** Adds the three paths, and `/readyz/NAME` for each single check. */
  route(router: Router): void {
    router.get('/livez', (request) => this.#answer('livez', 'live', request));
    router.get('/healthz', (request) => this.#answer('healthz', 'live', request));
    router.get('/readyz', (request) => this.#answer('readyz', 'ready', request));
    router.get('/readyz/:name', (request) => this.#answer('readyz', 'ready', request));
  }

  /** What is wrong, by name of the check. */
  async problems(kind: HealthKind): Promise<ReadonlyMap<string, string>> {
    const results = await run(this.#checks.filter(({ kinds }) => kinds.includes(kind)));
    return new Map([...results].flatMap(([name, found]) => (typeof found === 'string' ? [[name, found]] : [])));
  }

  async #answer(title: string, kind: HealthKind, request: HttpRequest): Promise<HttpAnswer> {
    const only = request.params['name'];
    const excluded = request.query.getAll('exclude');
    const chosen = this.#checks.filter(
      ({ name, kinds }) => kinds.includes(kind) && !excluded.includes(name) && (only === undefined || name === only),
    );
    if (only !== undefined && chosen.length === 0) return { status: 404, body: `no check named ${only}\n` };
    const results = [...(await run(chosen))];
    const isWell = results.every(([, found]) => typeof found !== 'string');
    if (isWell && !request.query.has('verbose')) return { body: 'ok' };
    const lines = results.map(([name, found]) => lineOf(name, found));
    const body = `${lines.join('\n')}\n${title} check ${isWell ? 'passed' : 'failed'}\n`;
    return { status: isWell ? 200 : 500, body };
  }
}

/** Adds `/metrics`. */
export function routeMetrics(router: Router, metrics: Metrics): void {
  router.get('/metrics', async () => {
    const { contentType, body } = await metrics.render();
    return { headers: { 'content-type': contentType }, body };
  });
}

function lineOf(name: string, found: HealthFinding): string {
  if (found === undefined) return `[+]${name} ok`;
  return typeof found === 'string' ? `[-]${name} failed: ${found}` : `[+]${name} ok for now: ${found.tolerated}`;
}

async function run(checks: readonly NamedCheck[]): Promise<Map<string, HealthFinding>> {
  const results = await Promise.all(
    checks.map(async ({ name, check }) => [name, await runOne(check)] as [string, HealthFinding]),
  );
  return new Map(results);
}

/** A check that fails only when something has been wrong for `toleranceMs`, from now on or from when it was last well. */
export function tolerantCheck(
  check: () => string | undefined,
  { toleranceMs, now }: { readonly toleranceMs: number; readonly now: () => number },
): HealthCheck {
  let well = now();
  return () => {
    const reason = check();
    if (reason === undefined) well = now();
    const seconds = Math.round((now() - well) / 1000);
    if (reason === undefined || now() - well >= toleranceMs) return reason;
    return { tolerated: `${reason} (for ${seconds} s; tolerated for ${toleranceMs / 1000} s)` };
  };
}

async function runOne(check: HealthCheck): Promise<HealthFinding> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer within ${checkTimeout} ms`), checkTimeout);
  });
  try {
    return await Promise.race([Promise.resolve().then(check), late]);
  } catch (error) {
    return errorMessage(error);
  } finally {
    clearTimeout(timer);
  }
}
