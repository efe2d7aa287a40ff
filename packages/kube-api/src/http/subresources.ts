import { at, isJsonObject, type ApiObject, type Json } from '../object.js';
import type { Operations, Target, WriteContext } from '../operations.js';
import { ApiError, notFound } from '../status.js';
import { timestamp } from '../validation/metadata.js';
import { parseBody, readBody } from './request.js';
import { sendJson, sendObject, type ResourceRequest } from './resource-handler.js';
import type { Users } from './users.js';

/** Gives the log of a container as text; offered by whoever runs the Pods. */
export type PodLogs = (
  pod: ApiObject,
  options: { readonly container?: string; readonly tailLines?: number },
) => Promise<string>;

const defaultTokenSeconds = 3_600;

/** Requests that are not about an object as a whole: bindings, logs, tokens, reviews. */
export class Subresources {
  readonly #operations: Operations;
  readonly #users: Users;
  readonly #podLogs: PodLogs | undefined;

  constructor(modules: {
    readonly operations: Operations;
    readonly users: Users;
    readonly podLogs?: PodLogs | undefined;
  }) {
    this.#operations = modules.operations;
    this.#users = modules.users;
    this.#podLogs = modules.podLogs;
  }

  async handle(call: ResourceRequest): Promise<void> {
    const { resource, subresource } = call.target;
    const what = subresource === undefined ? resource.kind : `${resource.kind}/${subresource}`;
    switch (what) {
      case 'Pod/binding':
        return this.#bind(call);
      case 'Pod/log':
        return this.#log(call);
      case 'Namespace/finalize':
        return this.#finalize(call);
      case 'ServiceAccount/token':
        return this.#token(call);
      case 'TokenReview':
        return this.#tokenReview(call);
      case 'SubjectAccessReview':
      case 'SelfSubjectAccessReview':
        return this.#accessReview(call);
      default:
        throw notFound(resource, `${call.target.name ?? ''}/${subresource ?? ''}`);
    }
  }

  async #bind(call: ResourceRequest): Promise<void> {
    const binding = await bodyOf(call);
    const nodeName = at(binding, 'target', 'name');
    if (typeof nodeName !== 'string') throw new ApiError('BadRequest', 'Binding: target.name is missing');
    const pod = this.#operations.get(call.target);
    const bound = at(pod, 'spec', 'nodeName');
    if (bound)
      throw new ApiError(
        'Conflict',
        `pod ${pod.metadata.name} is already assigned to node "${String(bound as string)}"`,
      );
    await this.#operations.patch(call.target, 'merge', { spec: { nodeName } }, contextOf(call));
    const scheduled = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: timestamp() };
    const status = { ...call.target, subresource: 'status' };
    await this.#operations.patch(status, 'strategic', { status: { conditions: [scheduled] } }, contextOf(call));
    sendJson(call.response, 201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
  }

  async #log(call: ResourceRequest): Promise<void> {
    const pod = this.#operations.get(call.target);
    if (!this.#podLogs) throw new ApiError('ServiceUnavailable', 'nobody here has logs of Pods');
    const container = call.query.get('container');
    const tailLines = call.query.get('tailLines');
    const text = await this.#podLogs(pod, {
      ...(container ? { container } : {}),
      ...(tailLines ? { tailLines: Number(tailLines) } : {}),
    });
    call.response.writeHead(200, { 'content-type': 'text/plain' });
    call.response.end(text);
  }

  /** A namespace's finalizers are changed here; the namespace goes when its content is gone. */
  async #finalize(call: ResourceRequest): Promise<void> {
    const target: Target = { ...call.target, subresource: undefined };
    sendObject(call, 200, await this.#operations.update(target, await bodyOf(call), contextOf(call)));
  }

  async #token(call: ResourceRequest): Promise<void> {
    const account = this.#operations.get({ ...call.target, subresource: undefined });
    const request = await bodyOf(call);
    const seconds = Number(at(request, 'spec', 'expirationSeconds') ?? defaultTokenSeconds);
    const { namespace = '', name, uid } = account.metadata;
    const { token, expiresAt } = this.#users.issueToken(
      {
        name: `system:serviceaccount:${namespace}:${name}`,
        uid,
        groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
      },
      Math.max(600, seconds),
    );
    sendJson(call.response, 201, {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name, namespace, creationTimestamp: timestamp() },
      spec: at(request, 'spec') ?? {},
      status: { token, expirationTimestamp: expiresAt.toISOString() },
    });
  }

  async #tokenReview(call: ResourceRequest): Promise<void> {
    const review = await bodyOf(call);
    const token = at(review, 'spec', 'token');
    const user = typeof token === 'string' ? this.#users.byToken(token) : undefined;
    sendJson(call.response, 201, {
      ...asObject(review),
      status: user
        ? { authenticated: true, user: { username: user.name, uid: user.uid ?? '', groups: user.groups } }
        : { authenticated: false, error: 'the token is not known' },
    });
  }

  /** Everyone who is authenticated may do everything: the lab is one person's cluster. */
  async #accessReview(call: ResourceRequest): Promise<void> {
    const review = await bodyOf(call);
    sendJson(call.response, 201, {
      ...asObject(review),
      status: { allowed: true, reason: 'this server allows everything to authenticated users' },
    });
  }
}

async function bodyOf({ request }: ResourceRequest): Promise<Json> {
  return parseBody(await readBody(request), request.headers['content-type'] ?? '');
}

function asObject(value: Json): object {
  return isJsonObject(value) ? value : {};
}

function contextOf({ user }: ResourceRequest): WriteContext {
  return { dryRun: false, user: user.name, groups: user.groups, fieldManager: user.name };
}
