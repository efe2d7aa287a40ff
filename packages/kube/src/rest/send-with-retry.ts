import { backoffDelay, type BackoffOptions } from '../backoff.js';
import { isKubeError, KubeError } from '../errors.js';
import { pause } from '../pause.js';
import { errorFromAnswer } from './status-error.js';
import { longestRefusal, readText } from './read-text.js';
import { operationOf, retryAfterOf, type HttpAnswer, type HttpRequest, type Transport } from './transport.js';

/** How often and how fast a request is repeated. */
export interface RetryOptions {
  /** Attempts in all; 1: never repeat. */
  readonly attempts: number;
  readonly backoff: BackoffOptions;
}

/** As patient as client-go within a few seconds; whoever needs more has a loop of their own. */
export const defaultRetry: RetryOptions = { attempts: 5, backoff: { initial: 250, max: 4_000 } };

/**
 * Sends a request and returns the answer of a success. Repeats what the server asked to repeat (429, or 5xx with
 * `Retry-After`), and reads (GET) that failed with 5xx or lost their connection. Throws `KubeError`.
 */
export async function sendWithRetry(
  transport: Transport,
  request: HttpRequest,
  retry: RetryOptions,
): Promise<HttpAnswer> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await attemptOnce(transport, request);
    if (!(outcome instanceof KubeError)) return outcome;
    if (attempt >= retry.attempts || !isWorthRepeating(request, outcome, attempt)) throw outcome;
    const delay = backoffDelay(attempt - 1, retry.backoff);
    await pause(Math.max(delay, (outcome.retryAfter ?? 0) * 1000), request.signal);
  }
}

/** The answer, or what the server or the network said instead. Cancellation is thrown. */
async function attemptOnce(transport: Transport, request: HttpRequest): Promise<HttpAnswer | KubeError> {
  try {
    const answer = await transport.send(request);
    if (answer.status < 300) return answer;
    const operation = operationOf(request);
    const body = await readText(operation, answer.body, longestRefusal).catch((error: unknown) => {
      if (isKubeError(error, 'bad-answer')) return '';
      throw error;
    });
    return errorFromAnswer(operation, answer.status, body, retryAfterOf(answer));
  } catch (error) {
    const failure = transport.failure(request, error);
    if (isKubeError(failure)) return failure;
    throw failure;
  }
}

function isWorthRepeating(request: HttpRequest, error: KubeError, attempt: number): boolean {
  if (error.status === 429) return true;
  if (error.status !== undefined && error.status >= 500)
    return request.method === 'GET' || error.retryAfter !== undefined;
  // A kept-alive connection that the server closed meanwhile; a server that is not there is the caller's to know.
  return request.method === 'GET' && error.code === 'unreachable' && attempt === 1 && !isRefused(error);
}

function isRefused(error: KubeError): boolean {
  return (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ECONNREFUSED';
}
