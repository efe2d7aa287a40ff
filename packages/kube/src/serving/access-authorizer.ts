import type { KubeClient } from '../kube-client.js';
import { resources } from '../resources.js';
import { askReview } from './ask-review.js';
import { ExpiringCache } from './expiring-cache.js';
import type { RequestAction } from './request-action.js';
import { mastersGroup, type UserInfo } from './user.js';

/** As Kubernetes' delegating servers, for yes and for no. */
const lifetimeMs = 10_000;

export interface AccessDecision {
  readonly allowed: boolean;
  /** The API's own words; may be empty. */
  readonly reason: string;
}

/** Asks the Kubernetes API who may do what (SubjectAccessReview). */
export class AccessAuthorizer {
  readonly #client: Pick<KubeClient, 'create'>;
  readonly #cache: ExpiringCache<AccessDecision>;

  constructor(modules: { readonly client: Pick<KubeClient, 'create'>; readonly now: () => number }) {
    this.#client = modules.client;
    this.#cache = new ExpiringCache({ lifetimeMs, now: modules.now });
  }

  /** Throws when the API cannot say. */
  async decide(user: UserInfo, action: RequestAction): Promise<AccessDecision> {
    if (user.groups.includes(mastersGroup)) return { allowed: true, reason: `member of ${mastersGroup}` };
    const spec = reviewSpec(user, action);
    return await this.#cache.get(JSON.stringify(spec), () => this.#review(spec));
  }

  async #review(spec: ReturnType<typeof reviewSpec>): Promise<AccessDecision> {
    const { status } = await askReview(this.#client, resources.subjectAccessReviews, { spec });
    const allowed = status?.allowed === true && status.denied !== true;
    return { allowed, reason: status?.reason ?? status?.evaluationError ?? '' };
  }
}

function reviewSpec({ name, uid, groups, extra }: UserInfo, { kind, ...action }: RequestAction) {
  return {
    user: name,
    groups: [...groups],
    ...(uid !== undefined && { uid }),
    ...(extra !== undefined && {
      extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, [...values]])),
    }),
    ...(kind === 'path' ? { nonResourceAttributes: action } : { resourceAttributes: action }),
  };
}
