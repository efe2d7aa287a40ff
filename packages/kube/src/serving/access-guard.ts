import { errorMessage, HttpError, type HttpAnswer, type HttpRequest, type Logger } from '@antrea-ts/runtime';
import type { AccessAuthorizer } from './access-authorizer.js';
import { whyNoReview } from './ask-review.js';
import { certificateUser } from './certificate-user.js';
import type { ClientTrust } from './client-trust.js';
import { describeAction, requestAction } from './request-action.js';
import { statusAnswer } from './status-answer.js';
import type { TokenAuthenticator } from './token-authenticator.js';
import { anonymous, authenticated, type UserInfo } from './user.js';

/** What a guard asks. */
export interface AccessGuardModules {
  readonly router: { handle(request: HttpRequest): Promise<HttpAnswer> };
  readonly tokens: Pick<TokenAuthenticator, 'userOf'>;
  readonly authorizer: Pick<AccessAuthorizer, 'decide'>;
  readonly trust: () => ClientTrust;
  /** Whose token it is, when it is this process's own; that needs no Kubernetes API. */
  readonly ownToken: (token: string) => UserInfo | undefined;
  /** Exact paths that everybody may ask, known or not. */
  readonly openPaths: readonly string[];
  readonly log: Logger;
}

/**
 * Lets those requests pass that the Kubernetes API allows, and tells every failure as a metav1.Status: 401 who shows a
 * token that is not good, 403 who may not, 500 when it cannot be said. Who shows nothing is `system:anonymous`.
 */
export class AccessGuard {
  readonly #modules: AccessGuardModules;

  constructor(modules: AccessGuardModules) {
    this.#modules = modules;
  }

  async handle(request: HttpRequest): Promise<HttpAnswer> {
    const { router, openPaths, log } = this.#modules;
    try {
      if (!openPaths.includes(request.path)) await this.#check(request);
      return await router.handle(request);
    } catch (error) {
      if (error instanceof HttpError) return statusAnswer(error);
      if (request.signal.aborted) throw error;
      log.error('Request failed', { method: request.method, path: request.path, error });
      return statusAnswer(new HttpError(500, `internal error: ${errorMessage(error)}`));
    }
  }

  async #check(request: HttpRequest): Promise<void> {
    const user = await this.#userOf(request);
    const action = requestAction(request);
    const { allowed, reason } = await this.#modules.authorizer.decide(user, action).catch((error: unknown) => {
      this.#modules.log.warn('Cannot ask who may do what', { user: user.name, path: request.path, error });
      throw new HttpError(500, `cannot say whether User "${user.name}" may do this: ${whyNoReview(error)}`);
    });
    if (allowed) return;
    const because = reason === '' ? '' : `: ${reason}`;
    throw new HttpError(403, `forbidden: User "${user.name}" cannot ${describeAction(action)}${because}`);
  }

  async #userOf(request: HttpRequest): Promise<UserInfo> {
    const { tokens, trust, ownToken, log } = this.#modules;
    const certified = certificateUser(request, trust());
    if (certified !== undefined) return authenticated(certified);
    const token = bearerToken(request);
    if (token === undefined) return anonymous;
    const own = ownToken(token);
    if (own !== undefined) return authenticated(own);
    const user = await tokens.userOf(token).catch((error: unknown) => {
      log.warn('Cannot ask whose a token is', { path: request.path, error });
      throw new HttpError(401, `Unauthorized: the token cannot be checked: ${whyNoReview(error)}`);
    });
    if (user === undefined) throw new HttpError(401, 'Unauthorized: the token is not good (or no longer)');
    return authenticated(user);
  }
}

function bearerToken({ headers }: HttpRequest): string | undefined {
  const { authorization } = headers;
  const [, token] = /^bearer +(\S+)\s*$/i.exec(typeof authorization === 'string' ? authorization : '') ?? [];
  return token;
}
