import type { ServerResponse } from 'node:http';
import type { ApiObject } from '../object.js';
import { tableOf, type IncludeObject } from '../print/table.js';
import type { ApiResource } from '../resources/resource.js';
import { acceptedForm, type AcceptedForm } from './request.js';
import type { ResourceRequest } from './resource-handler.js';

/** One object, in the form that the client asks for. */
export function sendObject(
  { request, response, query, target }: ResourceRequest,
  code: number,
  object: ApiObject,
): void {
  const form: AcceptedForm = acceptedForm(request.headers.accept);
  sendJson(response, code, inForm(target.resource, object, form, includeOf(query)));
}

function inForm(resource: ApiResource, object: ApiObject, form: AcceptedForm, include: IncludeObject): object {
  const { resourceVersion } = object.metadata;
  if (form.as === 'Table') return tableOf(resource, [object], { version: form.version, include, resourceVersion });
  return form.as === undefined ? object : metadataOnly(object);
}

export function sendJson(response: ServerResponse, code: number, body: object): void {
  sendText(response, code, Buffer.from(`${JSON.stringify(body)}\n`), 'application/json');
}

export function sendText(response: ServerResponse, code: number, body: Buffer, contentType: string): void {
  response.writeHead(code, {
    'content-type': contentType,
    'content-length': body.length,
    'cache-control': 'no-cache, private',
  });
  response.end(body);
}

export function metadataOnly({ metadata }: ApiObject): object {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}

export function includeOf(query: URLSearchParams): IncludeObject {
  const include = query.get('includeObject');
  return include === 'None' || include === 'Object' ? include : 'Metadata';
}
