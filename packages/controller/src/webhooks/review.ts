import { Buffer } from 'node:buffer';
import type { PatchStep, Refused } from '@antrea-ts/policy';
import { HttpError, type HttpAnswer, type HttpHandler, type HttpRequest } from '@antrea-ts/runtime';
import { json, readObject } from '../api/api-group.js';

/** What the API server asks about an object. */
export interface Admission {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  /** Undefined on DELETE. */
  readonly object: unknown;
  /** Undefined on CREATE. */
  readonly oldObject: unknown;
  readonly user: string;
}

/** The path of a webhook that lets through or refuses. */
export function validating(check: (admission: Admission) => Refused | undefined): HttpHandler {
  return answering((admission) => {
    const refused = check(admission);
    return refused ? { allowed: false, status: { message: `${refused.field}: ${refused.reason}` } } : { allowed: true };
  });
}

/** The path of a webhook that fills in. */
export function mutating(patch: (admission: Admission) => readonly PatchStep[]): HttpHandler {
  return answering((admission) => {
    const steps = patch(admission);
    if (steps.length === 0) return { allowed: true };
    return {
      allowed: true,
      patchType: 'JSONPatch',
      patch: Buffer.from(JSON.stringify(steps)).toString('base64'),
    };
  });
}

function answering(decide: (admission: Admission) => object): HttpHandler {
  return async (http): Promise<HttpAnswer> => {
    const review = await readReview(http, 'AdmissionReview');
    const { uid, operation, object, oldObject, userInfo } = review.request as Record<string, unknown>;
    const admission = {
      operation: operation as Admission['operation'],
      object: object ?? undefined,
      oldObject: oldObject ?? undefined,
      user: usernameOf(userInfo),
    };
    if (operation !== 'DELETE' && (typeof object !== 'object' || object === null)) {
      throw new HttpError(400, `the review of ${String(operation)} has no object`);
    }
    const { apiVersion, kind } = review;
    return json({ apiVersion, kind, response: { uid, ...decide(admission) } });
  };
}

function usernameOf(userInfo: unknown): string {
  const username = (userInfo as { readonly username?: unknown } | undefined)?.username;
  return typeof username === 'string' ? username : '';
}

/** A review of the API server. Throws 400 and 415 for what is none. */
export async function readReview(
  http: HttpRequest,
  kind: string,
): Promise<{ readonly apiVersion: unknown; readonly kind: string; readonly request: object }> {
  const type = http.headers['content-type'];
  if (typeof type === 'string' && !type.startsWith('application/json')) {
    throw new HttpError(415, `content type ${type}: expected application/json`);
  }
  const { apiVersion, request } = await readObject(http, kind);
  if (typeof request !== 'object' || request === null) throw new HttpError(400, `the ${kind} has no request`);
  return { apiVersion, kind, request };
}
