import { createHash } from 'node:crypto';
import type { KubeClient } from '../kube-client.js';
import { resources } from '../resources.js';
import { askReview } from './ask-review.js';
import { ExpiringCache } from './expiring-cache.js';
import type { UserInfo } from './user.js';

/** As Kubernetes' delegating servers, for tokens that are good and for those that are not. */
const lifetimeMs = 10_000;

/** Asks the Kubernetes API whose a bearer token is (TokenReview). */
export class TokenAuthenticator {
  readonly #client: Pick<KubeClient, 'create'>;
  readonly #cache: ExpiringCache<UserInfo | undefined>;

  constructor(modules: { readonly client: Pick<KubeClient, 'create'>; readonly now: () => number }) {
    this.#client = modules.client;
    this.#cache = new ExpiringCache({ lifetimeMs, now: modules.now });
  }

  /** Undefined: the token is nobody's. Throws when the API cannot say. */
  async userOf(token: string): Promise<UserInfo | undefined> {
    // Of tokens only a digest is kept.
    const key = createHash('sha256').update(token).digest('base64');
    return await this.#cache.get(key, () => this.#review(token));
  }

  async #review(token: string): Promise<UserInfo | undefined> {
    const { status } = await askReview(this.#client, resources.tokenReviews, { spec: { token } });
    const { username, uid, groups = [], extra } = status?.user ?? {};
    if (status?.authenticated !== true || username === undefined || username === '') return undefined;
    return {
      name: username,
      groups,
      ...(uid !== undefined && uid !== '' && { uid }),
      ...(extra !== undefined && { extra }),
    };
  }
}
