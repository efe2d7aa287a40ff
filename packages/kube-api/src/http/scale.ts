import { at, isJsonObject, textAt, type ApiObject, type Json, type JsonObject } from '../object.js';
import type { Operations, Target } from '../operations.js';
import { jsonPatch } from '../patch/json-patch.js';
import { mergePatch } from '../patch/merge-patch.js';
import { evaluateJsonPath } from '../print/json-path.js';
import { ApiError } from '../status.js';
import { parseBody, readBody } from './body.js';
import { sendJson, writeContext, type ResourceRequest } from './resource-handler.js';

/** Answers a GET of `/scale`: how many there are and should be. */
export function getScale(call: ResourceRequest, operations: Operations): void {
  sendJson(call.response, 200, scaleOf(call.target, operations.get(call.target)));
}

/** Sets how many there should be, by PUT or by a patch of the scale. */
export async function writeScale(call: ResourceRequest, operations: Operations): Promise<void> {
  const { target, request } = call;
  const main: Target = { ...target, subresource: undefined };
  const contentType = request.headers['content-type'] ?? '';
  const body = parseBody(await readBody(request), contentType);
  const current = scaleOf(target, operations.get(main)) as Json;
  const wanted =
    request.method === 'PUT'
      ? body
      : contentType.includes('json-patch')
        ? jsonPatch(current, body)
        : mergePatch(current, body);
  const replicas = at(wanted, 'spec', 'replicas');
  if (typeof replicas !== 'number' || !Number.isInteger(replicas) || replicas < 0) {
    throw new ApiError('Invalid', 'spec.replicas: Invalid value: must be greater than or equal to 0');
  }
  const path = (target.resource.scale?.specReplicasPath ?? '').split('.').filter((part) => part !== '');
  const change = path.reduceRight<Json>((inner, key) => ({ [key]: inner }), replicas) as JsonObject;
  // A client that says which state it means is refused where that is over.
  const resourceVersion = textAt(body, 'metadata', 'resourceVersion');
  const patch: JsonObject = resourceVersion === '' ? change : { ...change, metadata: { resourceVersion } };
  const { object } = await operations.patch(main, 'merge', patch, writeContext(call));
  sendJson(call.response, 200, scaleOf(target, object));
}

function scaleOf({ resource }: Target, object: ApiObject): object {
  const { specReplicasPath = '', statusReplicasPath = '', labelSelectorPath } = resource.scale ?? {};
  const number = (path: string): number => Number(evaluateJsonPath(object, path)[0] ?? 0);
  const selector = labelSelectorPath === undefined ? undefined : evaluateJsonPath(object, labelSelectorPath)[0];
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: number(specReplicasPath) },
    status: { replicas: number(statusReplicasPath), ...(selector ? { selector: selectorText(selector) } : {}) },
  };
}

function selectorText(selector: unknown): string {
  if (typeof selector === 'string') return selector;
  const labels = at(selector, 'matchLabels');
  if (!isJsonObject(labels)) return '';
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${textAt(value)}`)
    .join(',');
}
