import type { ServiceAccountTokens } from '../auth/service-account-tokens.js';
import { defaultAudiences } from '../auth/service-account-tokens.js';
import type { ApiObject } from '../object.js';
import type { Store } from '../storage/store.js';

const type = 'kubernetes.io/service-account-token';

/** Fills in Secrets that ask for a token of their service account. */
export class ServiceAccountSecrets {
  readonly #store: Store;
  readonly #tokens: ServiceAccountTokens;
  readonly #caPem: string;
  #unsubscribe: () => void = () => undefined;

  constructor(modules: { readonly store: Store; readonly tokens: ServiceAccountTokens; readonly caPem: string }) {
    this.#store = modules.store;
    this.#tokens = modules.tokens;
    this.#caPem = modules.caPem;
  }

  start(): void {
    this.#unsubscribe = this.#store.watch('secrets', this.#store.version, ({ type: change, object }) => {
      if (change !== 'DELETED' && object['type'] === type) queueMicrotask(() => this.#fill(object));
    });
  }

  stop(): void {
    this.#unsubscribe();
  }

  #fill(secret: ApiObject): void {
    const { name, namespace = '', uid, annotations = {} } = secret.metadata;
    const key = `${namespace}/${name}`;
    const data = (secret['data'] ?? {}) as Record<string, string>;
    const account = this.#store.get(
      'serviceaccounts',
      `${namespace}/${annotations['kubernetes.io/service-account.name'] ?? ''}`,
    );
    if (!account || data['token'] !== undefined || this.#store.get('secrets', key) !== secret) return;
    const boundTo = { kind: 'Secret', name, uid };
    const { token } = this.#tokens.issue({ account, audiences: defaultAudiences, seconds: undefined, boundTo });
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    const filled = { ...data, token: base64(token), 'ca.crt': base64(this.#caPem), namespace: base64(namespace) };
    const withUid = { ...annotations, 'kubernetes.io/service-account.uid': account.metadata.uid };
    const metadata = { ...secret.metadata, annotations: withUid };
    this.#store.replace('secrets', { ...secret, metadata, data: filled }, secret);
  }
}
