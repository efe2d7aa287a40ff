import { randomUUID } from 'node:crypto';
import { at } from '../object.js';
import type { AdmissionRequest } from '../operations.js';
import type { Destination, ServicePort } from '../outbound/connect.js';
import { postJson } from '../outbound/post-json.js';
import { apiVersionOf, type ApiResource } from '../resources/resource.js';
import type { AdmissionResponse, Webhook } from './webhook.js';

export type FindService = (service: ServicePort) => Promise<Destination>;

/** Asks a webhook about a change. Throws when there is no answer that can be understood. */
export async function callWebhook(
  webhook: Webhook,
  request: AdmissionRequest,
  resource: ApiResource,
  findService: FindService,
): Promise<AdmissionResponse> {
  const { caBundle } = webhook.clientConfig;
  const ca = caBundle ? Buffer.from(caBundle, 'base64').toString('utf8') : undefined;
  const uid = randomUUID();
  const version = webhook.admissionReviewVersions?.find((known) => known === 'v1' || known === 'v1beta1') ?? 'v1';
  const review = {
    kind: 'AdmissionReview',
    apiVersion: `admission.k8s.io/${version}`,
    request: admissionRequest(uid, request, resource),
  };
  const signal = AbortSignal.timeout((webhook.timeoutSeconds ?? 10) * 1000);
  let answer: unknown;
  try {
    const { destination, path, servername } = await wayTo(webhook, findService);
    answer = await postJson({ destination, path, tls: { servername, ca } }, review, { signal });
  } catch (error) {
    if (signal.aborted) throw new Error('context deadline exceeded', { cause: error });
    throw error;
  }
  const response = at(answer, 'response') as AdmissionResponse | undefined;
  if (!response || response.uid !== uid) throw new Error('the answer is no AdmissionReview of this request');
  return response;
}

async function wayTo(
  { clientConfig: { url, service } }: Webhook,
  findService: FindService,
): Promise<{ readonly destination: Destination; readonly path: string; readonly servername: string }> {
  if (service) {
    const { namespace, name, path = '/', port = 443 } = service;
    return { destination: await findService({ namespace, name, port }), path, servername: `${name}.${namespace}.svc` };
  }
  const { protocol, hostname, port, pathname, search } = new URL(url ?? '');
  if (protocol !== 'https:') throw new Error(`the URL of a webhook must be https: ${url}`);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return { destination: { host, port: Number(port || 443) }, path: pathname + search, servername: host };
}

function admissionRequest(
  uid: string,
  { operation, target, object, old, context }: AdmissionRequest,
  resource: ApiResource,
): object {
  const kindOf = ({ group, version, kind }: ApiResource): object => ({ group, version, kind });
  const resourceOf = ({ group, version, plural }: ApiResource): object => ({ group, version, resource: plural });
  const inVersion = (one: object | undefined): object | null =>
    (one && { ...one, apiVersion: apiVersionOf(resource) }) || null;
  return {
    uid,
    kind: kindOf(resource),
    resource: resourceOf(resource),
    requestKind: kindOf(target.resource),
    requestResource: resourceOf(target.resource),
    ...(target.subresource ? { subResource: target.subresource, requestSubResource: target.subresource } : {}),
    ...(target.name ? { name: target.name } : {}),
    ...(target.namespace && target.resource.namespaced ? { namespace: target.namespace } : {}),
    operation,
    userInfo: { username: context.user, groups: context.groups },
    object: inVersion(object),
    oldObject: inVersion(old),
    dryRun: context.dryRun,
    options: { kind: `${operation[0]}${operation.slice(1).toLowerCase()}Options`, apiVersion: 'meta.k8s.io/v1' },
  };
}
