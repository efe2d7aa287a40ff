import { type ApiObject, textAt } from '../object.js';
import { at } from '../object.js';
import { ApiError } from '../status.js';
import type { ResourceRequest } from './resource-handler.js';

export interface PodLogOptions {
  readonly container?: string;
  readonly tailLines?: number;
  readonly limitBytes?: number;
  readonly sinceSeconds?: number;
  readonly follow?: boolean;
  readonly previous?: boolean;
  readonly timestamps?: boolean;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
}

/** Gives the log of a container, whole or piece by piece; offered by whoever runs the Pods. */
export type PodLogs = (pod: ApiObject, options: PodLogOptions) => Promise<string | AsyncIterable<string | Uint8Array>>;

/** Answers `pods/NAME/log`. */
export async function streamLog(call: ResourceRequest, pod: ApiObject, podLogs: PodLogs | undefined): Promise<void> {
  const { query, response } = call;
  if (!podLogs) throw new ApiError('ServiceUnavailable', 'nobody here has logs of Pods');
  const container = chosenContainer(pod, query.get('container'));
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const count = (name: 'tailLines' | 'limitBytes' | 'sinceSeconds'): object => {
    const value = query.get(name);
    return value === null ? {} : { [name]: Number(value) };
  };
  const isOn = (name: 'follow' | 'previous' | 'timestamps'): object =>
    query.get(name) === 'true' ? { [name]: true } : {};
  const log = await podLogs(pod, {
    container,
    ...count('tailLines'),
    ...count('limitBytes'),
    ...count('sinceSeconds'),
    ...isOn('follow'),
    ...isOn('previous'),
    ...isOn('timestamps'),
    signal: gone.signal,
  });
  response.writeHead(200, { 'content-type': 'text/plain' });
  if (typeof log === 'string') return void response.end(log);
  response.flushHeaders();
  for await (const piece of log) {
    if (gone.signal.aborted) return;
    if (!response.write(piece))
      await new Promise<void>((resolve) => {
        response.once('drain', resolve);
        response.once('close', resolve);
      });
  }
  response.end();
}

function chosenContainer(pod: ApiObject, wanted: string | null): string {
  const names = ['containers', 'initContainers'].flatMap((field) => {
    const list = at(pod, 'spec', field);
    return Array.isArray(list) ? list.map((container) => textAt(container, 'name')) : [];
  });
  const { name } = pod.metadata;
  if (wanted !== null) {
    if (names.includes(wanted)) return wanted;
    throw new ApiError('BadRequest', `container ${wanted} is not valid for pod ${name}`);
  }
  const [first, ...more] = names;
  if (first === undefined || more.length > 0) {
    throw new ApiError(
      'BadRequest',
      `a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]`,
    );
  }
  return first;
}
