import { errorMessage, type Logger } from '@antrea-ts/runtime';
import type { ApiObject, Json } from '../object.js';
import type { Admission, AdmissionRequest } from '../operations.js';
import { jsonPatch } from '../patch/json-patch.js';
import type { ResourceRegistry } from '../resources/registry.js';
import { apiVersionOf, type ApiResource } from '../resources/resource.js';
import { ApiError, reasonOfCode } from '../status.js';
import type { Store } from '../storage/store.js';
import { callWebhook, type FindService } from './call-webhook.js';
import { matchedResource } from './matching.js';
import type { AdmissionResponse, Webhook } from './webhook.js';

const mutating = 'mutatingwebhookconfigurations.admissionregistration.k8s.io';
const validating = 'validatingwebhookconfigurations.admissionregistration.k8s.io';

export interface WebhooksModules {
  readonly store: Store;
  readonly registry: ResourceRegistry;
  readonly findService: FindService;
  readonly log: Logger;
}

/** Asks the webhooks that are registered for a change: the mutating ones one after the other, the others at once. */
export class Webhooks implements Admission {
  readonly #modules: WebhooksModules;

  constructor(modules: WebhooksModules) {
    this.#modules = modules;
  }

  async mutate(request: AdmissionRequest & { readonly object: ApiObject }): Promise<ApiObject> {
    const webhooks = this.#webhooksOf(mutating, request);
    if (webhooks.length === 0) return request.object;
    let { object } = request;
    const again: Webhook[] = [];
    for (const webhook of webhooks) {
      const before = object;
      object = await this.#mutateBy(webhook, { ...request, object });
      if (object !== before) again.push(...webhooks.slice(0, webhooks.indexOf(webhook)).filter(wantsAgain));
    }
    for (const webhook of new Set(again)) object = await this.#mutateBy(webhook, { ...request, object });
    return object;
  }

  async validate(request: AdmissionRequest): Promise<void> {
    const webhooks = this.#webhooksOf(validating, request);
    await Promise.all(webhooks.map((webhook) => this.#ask(webhook, request)));
  }

  async #mutateBy(webhook: Webhook, request: AdmissionRequest & { readonly object: ApiObject }): Promise<ApiObject> {
    const { object } = request;
    const response = await this.#ask(webhook, request);
    if (!response?.patch) return object;
    const patch = JSON.parse(Buffer.from(response.patch, 'base64').toString('utf8')) as Json;
    const patched = jsonPatch(object as unknown as Json, patch) as unknown as ApiObject;
    // Whatever it was shown, it does not decide which object this is.
    const { name, namespace, uid } = object.metadata;
    return {
      ...patched,
      apiVersion: object.apiVersion,
      kind: object.kind,
      metadata: { ...patched.metadata, name, uid, ...(namespace === undefined ? {} : { namespace }) },
    };
  }

  #webhooksOf(collection: string, { target: { resource } }: AdmissionRequest): Webhook[] {
    // Nobody may shut out the one who would remove them.
    if (resource.group === 'admissionregistration.k8s.io') return [];
    return this.#modules.store
      .list(collection)
      .flatMap((configuration) => (configuration['webhooks'] ?? []) as readonly Webhook[]);
  }

  /** The answer of a webhook that allows the request; undefined when it is not asked or its failure does not matter. */
  async #ask(webhook: Webhook, request: AdmissionRequest): Promise<AdmissionResponse | undefined> {
    const resource = matchedResource(webhook, request, this.#modules);
    if (!resource) return undefined;
    const { name } = webhook;
    if (request.context.dryRun && webhook.sideEffects !== 'None' && webhook.sideEffects !== 'NoneOnDryRun') {
      throw new ApiError('BadRequest', `admission webhook "${name}" does not support dry run`);
    }
    const response = await this.#call(webhook, request, resource);
    for (const warning of response?.warnings ?? []) request.context.warn?.(warning);
    if (response === undefined || response.allowed === true) return response;
    const { code = 403, message } = response.status ?? {};
    const why = message ? `denied the request: ${message}` : 'denied the request without explanation';
    throw new ApiError(reasonOfCode(code), `admission webhook "${name}" ${why}`);
  }

  async #call(
    webhook: Webhook,
    request: AdmissionRequest,
    resource: ApiResource,
  ): Promise<AdmissionResponse | undefined> {
    const { findService, log } = this.#modules;
    try {
      return await callWebhook(webhook, request, resource, findService);
    } catch (error) {
      const message = errorMessage(error);
      const fields = {
        webhook: webhook.name,
        resource: `${apiVersionOf(resource)}/${resource.plural}`,
        error: message,
      };
      if (webhook.failurePolicy === 'Ignore') {
        log.warn('Go on without the answer of a webhook', fields);
        return undefined;
      }
      throw new ApiError(
        'InternalError',
        `failed calling webhook "${webhook.name}": failed to call webhook: ${message}`,
        {
          causes: [{ reason: '', message: `failed calling webhook "${webhook.name}": ${message}`, field: '' }],
        },
      );
    }
  }
}

function wantsAgain({ reinvocationPolicy }: Webhook): boolean {
  return reinvocationPolicy === 'IfNeeded';
}
