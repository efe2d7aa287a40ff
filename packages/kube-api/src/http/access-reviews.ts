import type { Authenticator } from '../auth/authenticator.js';
import type { Action, Authorizer } from '../auth/authorizer.js';
import { defaultAudiences } from '../auth/service-account-tokens.js';
import type { User } from '../auth/user.js';
import { at, isJsonObject, type Json, textAt } from '../object.js';
import { sendJson, type ResourceRequest } from './resource-handler.js';

/** Answers who somebody is and what they may do. Nothing of it is stored. */
export class AccessReviews {
  readonly #authenticator: Authenticator;
  readonly #authorizer: Authorizer;

  constructor(modules: { readonly authenticator: Authenticator; readonly authorizer: Authorizer }) {
    this.#authenticator = modules.authenticator;
    this.#authorizer = modules.authorizer;
  }

  handle(call: ResourceRequest, review: Json): void {
    const status = this.#status(call, review);
    sendJson(call.response, 201, { ...(isJsonObject(review) ? review : {}), status });
  }

  #status({ target, user }: ResourceRequest, review: Json): object {
    switch (target.resource.kind) {
      case 'TokenReview':
        return this.#tokenStatus(review);
      case 'SelfSubjectRulesReview': {
        const rules = this.#authorizer.rulesFor(user, textAt(review, 'spec', 'namespace'));
        return {
          resourceRules: rules.filter(({ nonResourceURLs }) => !nonResourceURLs),
          nonResourceRules: rules.filter(({ nonResourceURLs }) => nonResourceURLs),
          incomplete: false,
        };
      }
      case 'SelfSubjectReview':
        return { userInfo: infoOf(user) };
      case 'SelfSubjectAccessReview':
        return this.#authorizer.authorize(user, actionOf(review));
      default: {
        const groups = at(review, 'spec', 'groups');
        const subject: User = {
          name: textAt(review, 'spec', 'user'),
          groups: Array.isArray(groups) ? (groups as string[]) : [],
        };
        return this.#authorizer.authorize(subject, actionOf(review));
      }
    }
  }

  #tokenStatus(review: Json): object {
    const token = at(review, 'spec', 'token');
    const asked = at(review, 'spec', 'audiences');
    const wanted = Array.isArray(asked) && asked.length > 0 ? (asked as string[]) : defaultAudiences;
    const user = typeof token === 'string' ? this.#authenticator.byToken(token) : undefined;
    const audiences = user?.audiences?.filter((audience) => wanted.includes(audience)) ?? wanted;
    if (!user || audiences.length === 0) {
      return { authenticated: false, user: {}, error: 'the token is not known, or not for this audience' };
    }
    return { authenticated: true, user: infoOf(user), audiences };
  }
}

function infoOf({ name, uid = '', groups }: User): object {
  return { username: name, uid, groups };
}

function actionOf(review: Json): Action {
  const resource = at(review, 'spec', 'resourceAttributes');
  const text = (name: string): string => textAt(resource, name);
  if (resource === undefined) {
    const path = at(review, 'spec', 'nonResourceAttributes');
    return { kind: 'path', verb: textAt(path, 'verb'), path: textAt(path, 'path') };
  }
  return {
    kind: 'resource',
    verb: text('verb'),
    group: text('group'),
    resource: text('resource'),
    subresource: text('subresource') || undefined,
    namespace: text('namespace') || undefined,
    name: text('name') || undefined,
  };
}
