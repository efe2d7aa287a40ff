import { Agent, request as httpsRequest } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorMessage, type KeyPairPem } from '@antrea-ts/runtime';
import type { User } from '../auth/user.js';
import type { AggregatedGroup } from '../discovery/discovery.js';
import { type ApiObject, at, textAt } from '../object.js';
import type { Destination, ServicePort } from '../outbound/connect.js';
import { ApiError } from '../status.js';
import type { Store } from '../storage/store.js';

export const apiServices = 'apiservices.apiregistration.k8s.io';
const checkTimeoutMs = 5_000;
/** Headers that are about one connection, not about the request. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** What a client could say to seem to be somebody else; and its own credentials are no business of the other server. */
const identity = /^(x-remote-|impersonate-|authorization$)/;

export interface AggregatorModules {
  readonly store: Store;
  readonly findService: (service: ServicePort) => Promise<Destination>;
  /** How this server shows the others that it speaks for a user. */
  readonly proxyClient: KeyPairPem;
}

/** Passes requests for the groups of APIServices on to the servers that serve them, in the name of the user. */
export class Aggregator {
  readonly #modules: AggregatorModules;
  readonly #agent: Agent;

  constructor(modules: AggregatorModules) {
    this.#modules = modules;
    this.#agent = new Agent({ keepAlive: true, maxFreeSockets: 8 });
  }

  /** Groups that somebody else serves, available or not. */
  groups(): readonly AggregatedGroup[] {
    return this.#modules.store
      .list(apiServices)
      .filter(isRemote)
      .map((service) => ({
        group: textAt(service, 'spec', 'group'),
        version: textAt(service, 'spec', 'version'),
      }));
  }

  find(group: string, version: string): ApiObject | undefined {
    const service = this.#modules.store.get(apiServices, `${version}.${group}`);
    return service && isRemote(service) ? service : undefined;
  }

  /** Streams a request to the group's server and its answer back; watches last as long as both sides want. */
  async proxy(request: IncomingMessage, response: ServerResponse, service: ApiObject, user: User): Promise<void> {
    const options = await this.#options(service, user);
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(([name]) => !hopByHop.has(name) && !identity.test(name)),
    );
    await new Promise<void>((resolve, reject) => {
      const upstream = httpsRequest(
        { ...options, method: request.method, path: request.url, headers: { ...headers, ...options.headers } },
        (answer) => {
          const passed = Object.entries(answer.headers).filter(([name]) => !hopByHop.has(name));
          response.writeHead(answer.statusCode ?? 502, Object.fromEntries(passed));
          response.flushHeaders();
          answer.pipe(response);
          answer.on('error', () => response.destroy());
        },
      );
      upstream.on('error', (error) => {
        if (response.headersSent) response.destroy();
        else reject(new ApiError('ServiceUnavailable', `error trying to reach service: ${errorMessage(error)}`));
      });
      response.on('close', () => {
        upstream.destroy();
        resolve();
      });
      request.pipe(upstream);
    });
  }

  /** Why the server of an APIService cannot be used; undefined when it can. */
  async problem(service: ApiObject): Promise<{ readonly reason: string; readonly message: string } | undefined> {
    const { group, version } = at(service, 'spec') as { group: string; version: string };
    try {
      const user = { name: 'system:kube-aggregator', groups: ['system:masters'] };
      const options = await this.#options(service, user);
      const path = `/apis/${group}/${version}`;
      const code = await new Promise<number>((resolve, reject) => {
        const signal = AbortSignal.timeout(checkTimeoutMs);
        const check = httpsRequest({ ...options, path, method: 'GET', signal }, (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        });
        check.on('error', reject);
        check.end();
      });
      if (code >= 200 && code < 300) return undefined;
      return {
        reason: 'FailedDiscoveryCheck',
        message: `failing or missing response from ${path}: bad status: ${code}`,
      };
    } catch (error) {
      const reason = error instanceof ApiError ? 'MissingEndpoints' : 'FailedDiscoveryCheck';
      return { reason, message: errorMessage(error) };
    }
  }

  async #options(service: ApiObject, user: User) {
    const spec = at(service, 'spec') as {
      readonly service: { readonly namespace: string; readonly name: string; readonly port?: number };
      readonly caBundle?: string;
      readonly insecureSkipTLSVerify?: boolean;
    };
    const { namespace, name, port = 443 } = spec.service;
    const destination = await this.#modules.findService({ namespace, name, port });
    const { cert, key } = this.#modules.proxyClient;
    return {
      agent: this.#agent,
      ...('path' in destination ? { socketPath: destination.path } : destination),
      servername: `${name}.${namespace}.svc`,
      ...(spec.caBundle ? { ca: Buffer.from(spec.caBundle, 'base64').toString('utf8') } : {}),
      rejectUnauthorized: spec.insecureSkipTLSVerify !== true,
      cert,
      key,
      headers: {
        host: `${name}.${namespace}.svc`,
        'x-remote-user': user.name,
        ...(user.groups.length > 0 ? { 'x-remote-group': [...user.groups] } : {}),
      },
    };
  }
}

export function isRemote(service: ApiObject): boolean {
  return at(service, 'spec', 'service') !== undefined;
}
