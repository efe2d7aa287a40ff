import { createKubeClient, type KubeConnection } from '@antrea-ts/kube';
import { AntctlError } from '../errors.js';
import { requestFailure, type Asked } from './failure.js';

/** How requests are made, whoever is asked. */
export interface HttpApiOptions {
  readonly signal: AbortSignal;
  /** Told each request; absent: nobody is. */
  readonly trace?: ((line: string) => void) | undefined;
}

/** GET requests to one server. */
export interface HttpApi {
  readonly server: string;
  readonly connection: KubeConnection;
  get(path: string, parameters?: Readonly<Record<string, string | undefined>>): Promise<unknown>;
  close(): Promise<void>;
}

/** Asks a server; a failed request is told at once, for somebody waits. */
export function httpApi(
  connection: KubeConnection,
  about: Pick<Asked, 'who' | 'whenSilent'>,
  { signal, trace }: HttpApiOptions,
): HttpApi {
  const { server } = connection;
  const client = createKubeClient(connection, {
    userAgent: 'antctl',
    retry: { attempts: 2, backoff: { initial: 200, max: 200 } },
  });
  return {
    server,
    connection,
    async get(path, parameters = {}) {
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, value);
      const whole = query.size > 0 ? `${path}?${query}` : path;
      const begun = performance.now();
      const told = (end: string): void =>
        trace?.(`GET ${server}${whole}: ${end}, ${Math.round(performance.now() - begun)} ms`);
      let text: string;
      try {
        text = await client.raw({ path: whole, signal });
        told(`${text.length} bytes`);
      } catch (error) {
        told(error instanceof Error ? error.message : String(error));
        signal.throwIfAborted();
        throw requestFailure(error, { ...about, server, path });
      }
      try {
        return JSON.parse(text) as unknown;
      } catch (cause) {
        const message = `${about.who} (${server}${path}) answered what is not JSON: ${text.slice(0, 100)}`;
        throw new AntctlError('bad-answer', message, { cause });
      }
    },
    close: () => client.close(),
  };
}
