import { RuntimeError, errorMessage } from '../errors.js';
import type { Logger } from '../log/logger.js';
import { formatDuration } from '../config/duration.js';
import type { Component } from './component.js';

/** How to run a program's components. */
export interface RunComponentsOptions {
  /** Aborted when the program is to end. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Called once all components are started. */
  readonly onStarted?: () => void;
  /** Milliseconds each component has to stop; default 10,000. */
  readonly stopTimeout?: number;
  /** Milliseconds after which a component that is still starting is mentioned in the log; default 10,000. */
  readonly slowStart?: number;
}

/**
 * Starts components in order, waits for the signal, stops them in reverse order.
 *
 * Throws `start-failed`, naming the component, after stopping what was started; throws `stop-failed` with an
 * `AggregateError` as cause if any did not stop or was late. A start that is cancelled by the signal is no failure.
 */
export async function runComponents(components: readonly Component[], options: RunComponentsOptions): Promise<void> {
  const { signal, log } = options;
  const begun: Component[] = [];
  let failure: RuntimeError | undefined;
  for (const component of components) {
    if (signal.aborted) break;
    begun.push(component);
    failure = await startOne(component, options);
    if (failure !== undefined) break;
  }
  if (failure === undefined && !signal.aborted) {
    log.info('Started', { components: components.map(({ name }) => name) });
    options.onStarted?.();
    await aborted(signal);
  }
  const stopErrors = await stopAll(begun.toReversed(), options);
  if (failure !== undefined) {
    for (const error of stopErrors) log.warn('Failed to clean up', { error });
    throw failure;
  }
  if (stopErrors.length > 0) {
    const cause = new AggregateError(stopErrors, 'components that did not stop');
    throw new RuntimeError('stop-failed', stopErrors.map(errorMessage).join('; '), { cause });
  }
}

async function startOne(component: Component, options: RunComponentsOptions): Promise<RuntimeError | undefined> {
  const { signal, log, slowStart = 10_000 } = options;
  log.debug('Starting component', { component: component.name });
  const slow = setInterval(() => log.warn('Component is still starting', { component: component.name }), slowStart);
  try {
    await component.start({ signal });
    return undefined;
  } catch (error) {
    if (signal.aborted) return undefined;
    return new RuntimeError('start-failed', `start ${component.name}: ${errorMessage(error)}`, { cause: error });
  } finally {
    clearInterval(slow);
  }
}

async function stopAll(components: readonly Component[], options: RunComponentsOptions): Promise<Error[]> {
  const { log, stopTimeout = 10_000 } = options;
  const errors: Error[] = [];
  for (const component of components) {
    log.debug('Stopping component', { component: component.name });
    try {
      await withDeadline(component.stop(), stopTimeout, `stop ${component.name}`);
    } catch (error) {
      const isLate = error instanceof RuntimeError && error.code === 'timeout';
      const message = isLate ? error.message : `stop ${component.name}: ${errorMessage(error)}`;
      errors.push(new RuntimeError('stop-failed', message, { cause: error }));
    }
  }
  return errors;
}

/** Waits for `promise` at most `ms` milliseconds; then throws `timeout`, naming the operation. */
async function withDeadline<T>(promise: Promise<T>, ms: number, operation: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new RuntimeError('timeout', `${operation}: not done within ${formatDuration(ms)}`));
    }, ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
