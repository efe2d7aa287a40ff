import { KubeError } from '../errors.js';
import { resourcePath, type KubeObject, type Resource } from '../resource.js';
import { queryString } from '../rest/query.js';
import { errorFromAnswer } from '../rest/status-error.js';
import { longestRefusal, readText } from '../rest/read-text.js';
import { retryAfterOf, type HttpRequest, type Transport } from '../rest/transport.js';
import type { WatchOptions } from '../kube-client.js';
import { parseEvent } from './parse-event.js';
import { splitLines } from './split-lines.js';
import type { WatchEvent } from './watch-event.js';

/** Time beyond what was agreed until a silent stream counts as dead. */
const deadlineSlack = 30_000;

/** Runs one watch; see `KubeClient.watch`. */
export async function* watchStream<T extends KubeObject>(
  transport: Transport,
  of: Resource<T>,
  options: WatchOptions,
): AsyncGenerator<WatchEvent<T>, void, undefined> {
  // Random, so that the watches of many Nodes do not all begin anew at the same moment.
  const timeoutSeconds = options.timeoutSeconds ?? 300 + Math.floor(300 * Math.random());
  const operation = `watch ${of.plural}`;
  const query = queryString({
    watch: true,
    allowWatchBookmarks: true,
    resourceVersion: options.resourceVersion,
    labelSelector: options.labelSelector,
    fieldSelector: options.fieldSelector,
    timeoutSeconds,
  });
  const request: HttpRequest = {
    method: 'GET',
    path: resourcePath(of, { namespace: options.namespace }) + query,
    signal: options.signal,
    timeout: timeoutSeconds * 1000 + deadlineSlack,
  };
  const answer = await transport.send(request);
  if (answer.status !== 200) {
    const body = await readText(operation, answer.body, longestRefusal).catch(() => '');
    throw errorFromAnswer(operation, answer.status, body, retryAfterOf(answer));
  }
  const type = answer.headers['content-type'];
  if (typeof type === 'string' && !type.includes('json')) {
    answer.body.on('error', () => {});
    answer.body.destroy();
    throw new KubeError('bad-answer', `${operation}: the answer is ${type}, not JSON; is that an API server?`);
  }
  options.onOpen?.();
  let left = options.maxBeginning ?? Infinity;
  try {
    for await (const lines of splitLines(answer.body)) {
      for (const line of lines) {
        if (line.trim() === '') continue;
        left -= line.length;
        if (left < 0)
          throw new KubeError('bad-answer', `${operation}: more than ${options.maxBeginning} bytes at first`);
        const event = parseEvent<T>(operation, line);
        if (event.type === 'BOOKMARK') left = Infinity;
        yield event;
      }
    }
  } catch (error) {
    // A stream that we break ourselves must not complain later.
    answer.body.on('error', () => {});
    answer.body.destroy();
    throw transport.failure(request, error);
  }
}

/** The version after an event. Throws `bad-answer` if the server left it out. */
export function versionAfter<T extends KubeObject>(event: WatchEvent<T>): string {
  const version = event.type === 'BOOKMARK' ? event.resourceVersion : event.object.metadata.resourceVersion;
  if (version === '' || version === undefined)
    throw new KubeError('bad-answer', 'watch: an event without resourceVersion');
  return version;
}
