import type { Authenticator } from '../auth/authenticator.js';
import type { Authorizer } from '../auth/authorizer.js';
import { defaultAudiences, type ServiceAccountTokens } from '../auth/service-account-tokens.js';
import { at, isJsonObject, textAt, type ApiObject, type Json } from '../object.js';
import type { Operations, Target } from '../operations.js';
import { ApiError, notFound } from '../status.js';
import { timestamp } from '../validation/metadata.js';
import { AccessReviews } from './access-reviews.js';
import { parseBody, readBody } from './body.js';
import { sendJson, sendObject, writeContext, type ResourceRequest } from './resource-handler.js';
import { getScale, writeScale } from './scale.js';
import { streamLog, type PodLogs } from './pod-log.js';

const defaultTokenSeconds = 3_600;
const minTokenSeconds = 600;

export interface SubresourcesModules {
  readonly operations: Operations;
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  readonly tokens: ServiceAccountTokens;
  readonly podLogs?: PodLogs | undefined;
}

/** Requests that are not about an object as a whole: bindings, logs, tokens, reviews. */
export class Subresources {
  readonly #modules: SubresourcesModules;
  readonly #reviews: AccessReviews;

  constructor(modules: SubresourcesModules) {
    this.#modules = modules;
    this.#reviews = new AccessReviews(modules);
  }

  async handle(call: ResourceRequest): Promise<void> {
    const { resource, subresource } = call.target;
    const { operations, podLogs } = this.#modules;
    const what = subresource === undefined ? resource.kind : `${resource.kind}/${subresource}`;
    const method = call.request.method ?? 'GET';
    const require = (...methods: readonly string[]): void => {
      if (!methods.includes(method)) {
        throw new ApiError('MethodNotAllowed', 'the server does not allow this method on the requested resource');
      }
    };
    if (subresource === 'scale' && resource.scale) {
      require('GET', 'PUT', 'PATCH');
      return method === 'GET' ? getScale(call, operations) : writeScale(call, operations);
    }
    switch (what) {
      case 'Pod/binding':
        require('POST');
        return this.#bind(call);
      case 'Pod/eviction':
        require('POST');
        return this.#evict(call);
      case 'Pod/log':
        require('GET');
        return streamLog(call, operations.get(call.target), podLogs);
      case 'Pod/exec':
      case 'Pod/attach':
      case 'Pod/portforward':
        throw new ApiError('BadRequest', `this server has no ${subresource} into Pods: ask who runs them`);
      case 'Namespace/finalize':
        require('PUT');
        return this.#finalize(call);
      case 'ServiceAccount/token':
        require('POST');
        return this.#token(call);
      case 'TokenReview':
      case 'SubjectAccessReview':
      case 'LocalSubjectAccessReview':
      case 'SelfSubjectAccessReview':
      case 'SelfSubjectReview':
      case 'SelfSubjectRulesReview':
        require('POST');
        return this.#reviews.handle(call, await bodyOf(call));
      default:
        throw notFound(resource, `${call.target.name ?? ''}/${subresource ?? ''}`);
    }
  }

  async #bind(call: ResourceRequest): Promise<void> {
    const { operations } = this.#modules;
    const binding = await bodyOf(call);
    const nodeName = at(binding, 'target', 'name');
    if (typeof nodeName !== 'string') throw new ApiError('BadRequest', 'Binding: target.name is missing');
    const target: Target = { ...call.target, subresource: undefined };
    const pod = operations.get(target);
    const uid = at(binding, 'metadata', 'uid');
    if (uid && uid !== pod.metadata.uid) throw bindConflict(pod, 'its uid is another one');
    const bound = at(pod, 'spec', 'nodeName');
    if (bound) throw bindConflict(pod, `pod ${pod.metadata.name} is already assigned to node "${textAt(bound)}"`);
    const context = writeContext(call);
    await operations.patch(target, 'merge', { spec: { nodeName } }, context);
    const scheduled = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: timestamp() };
    const status = { status: { conditions: [scheduled] } };
    await operations.patch({ ...target, subresource: 'status' }, 'strategic', status, context);
    sendJson(call.response, 201, success(201));
  }

  /** There are no disruption budgets here: an eviction is a deletion. */
  async #evict(call: ResourceRequest): Promise<void> {
    const body = await bodyOf(call);
    const options = at(body, 'deleteOptions');
    const grace = at(options, 'gracePeriodSeconds');
    const uid = at(options, 'preconditions', 'uid');
    const target: Target = { ...call.target, subresource: undefined };
    await this.#modules.operations.delete(
      target,
      {
        ...(typeof grace === 'number' ? { gracePeriodSeconds: grace } : {}),
        ...(typeof uid === 'string' ? { preconditions: { uid } } : {}),
      },
      writeContext(call),
    );
    sendJson(call.response, 201, success(201));
  }

  /** A namespace's finalizers are changed here; the namespace goes when its content is gone. */
  async #finalize(call: ResourceRequest): Promise<void> {
    const target: Target = { ...call.target, subresource: undefined };
    sendObject(call, 200, await this.#modules.operations.update(target, await bodyOf(call), writeContext(call)));
  }

  async #token(call: ResourceRequest): Promise<void> {
    const { operations, tokens } = this.#modules;
    const account = operations.get({ ...call.target, subresource: undefined });
    const request = await bodyOf(call);
    const seconds = Number(at(request, 'spec', 'expirationSeconds') ?? defaultTokenSeconds);
    if (!(seconds >= minTokenSeconds)) {
      throw new ApiError(
        'Invalid',
        `spec.expirationSeconds: Invalid value: ${seconds}: may not specify a duration less than 10 minutes`,
      );
    }
    const asked = at(request, 'spec', 'audiences');
    const audiences = Array.isArray(asked) && asked.length > 0 ? (asked as string[]) : defaultAudiences;
    const boundTo = at(request, 'spec', 'boundObjectRef') as
      | { readonly kind: string; readonly name: string; readonly uid: string }
      | undefined;
    const { token, expiresAt } = tokens.issue({ account, audiences, seconds, boundTo });
    const { name, namespace } = account.metadata;
    sendJson(call.response, 201, {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name, namespace, creationTimestamp: timestamp() },
      spec: { ...asObject(at(request, 'spec') as Json), audiences, expirationSeconds: seconds },
      status: { token, expirationTimestamp: `${expiresAt.toISOString().slice(0, 19)}Z` },
    });
  }
}

function bindConflict(pod: ApiObject, why: string): ApiError {
  return new ApiError('Conflict', `Operation cannot be fulfilled on pods/binding "${pod.metadata.name}": ${why}`);
}

function success(code: number): object {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code };
}

async function bodyOf({ request }: ResourceRequest): Promise<Json> {
  return parseBody(await readBody(request), request.headers['content-type'] ?? '');
}

function asObject(value: Json | undefined): object {
  return isJsonObject(value) ? value : {};
}
