import { HttpError, type HttpAnswer } from '@antrea-ts/runtime';

/** `reason` of metav1.Status by HTTP status. */
const reasons: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  410: 'Gone',
  413: 'RequestEntityTooLarge',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** A failure as the Kubernetes API tells it, for clients made for that. */
export function statusAnswer(error: HttpError): HttpAnswer {
  const { status: code, message } = error;
  const reason = reasons[code] ?? (code < 500 ? 'BadRequest' : 'InternalError');
  const json = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
  return {
    status: code,
    ...(code === 401 && { headers: { 'www-authenticate': 'Bearer' } }),
    body: { json },
  };
}
