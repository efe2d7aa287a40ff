import { createHash, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import { type ApiObject, at, isJsonObject, textAt } from '../object.js';
import type { Store } from '../storage/store.js';
import type { User } from './user.js';

const issuer = 'https://kubernetes.default.svc';
/** Whom a token is for when nobody says. */
export const defaultAudiences: readonly string[] = [issuer];

export interface TokenSpec {
  readonly account: ApiObject;
  readonly audiences: readonly string[];
  /** Undefined: the token lasts as long as its account. */
  readonly seconds: number | undefined;
  /** A Pod or Secret with which the token ends. */
  readonly boundTo?: { readonly kind: string; readonly name: string; readonly uid: string } | undefined;
}

/** Tokens of service accounts: JSON Web Tokens, good for as long as their account and what they are bound to exist. */
export class ServiceAccountTokens {
  readonly #store: Store;
  readonly #keys: { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
  readonly #keyId: string;

  constructor({ store }: { readonly store: Store }) {
    this.#store = store;
    this.#keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const der = this.#keys.publicKey.export({ type: 'spki', format: 'der' });
    this.#keyId = createHash('sha256').update(der).digest('base64url');
  }

  issue({ account, audiences, seconds, boundTo }: TokenSpec): { readonly token: string; readonly expiresAt: Date } {
    const { namespace, name, uid } = account.metadata;
    const now = Math.floor(Date.now() / 1000);
    const expires = now + (seconds ?? 0);
    const claims = {
      iss: issuer,
      aud: audiences,
      sub: `system:serviceaccount:${namespace}:${name}`,
      iat: now,
      nbf: now,
      ...(seconds === undefined ? {} : { exp: expires }),
      'kubernetes.io': {
        namespace,
        serviceaccount: { name, uid },
        ...(boundTo ? { [boundTo.kind.toLowerCase()]: { name: boundTo.name, uid: boundTo.uid } } : {}),
      },
    };
    const body = `${encode({ alg: 'ES256', kid: this.#keyId })}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(body), { key: this.#keys.privateKey, dsaEncoding: 'ieee-p1363' });
    return { token: `${body}.${signature.toString('base64url')}`, expiresAt: new Date(expires * 1000) };
  }

  /** Whose token it is; undefined when it is none of ours, or over. */
  userOf(token: string): (User & { readonly audiences: readonly string[] }) | undefined {
    const [header, payload, signature, ...more] = token.split('.');
    if (!header || !payload || !signature || more.length > 0) return undefined;
    const key = { key: this.#keys.publicKey, dsaEncoding: 'ieee-p1363' } as const;
    if (!verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url')))
      return undefined;
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const expires = at(claims, 'exp');
    if (typeof expires === 'number' && expires * 1000 < Date.now()) return undefined;
    const namespace = textAt(claims, 'kubernetes.io', 'namespace');
    const name = textAt(claims, 'kubernetes.io', 'serviceaccount', 'name');
    const uid = textAt(claims, 'kubernetes.io', 'serviceaccount', 'uid');
    if (!this.#exists('serviceaccounts', namespace, name, uid)) return undefined;
    for (const [kind, collection] of [
      ['pod', 'pods'],
      ['secret', 'secrets'],
    ] as const) {
      const bound = at(claims, 'kubernetes.io', kind);
      if (isJsonObject(bound) && !this.#exists(collection, namespace, textAt(bound, 'name'), bound['uid']))
        return undefined;
    }
    return {
      name: `system:serviceaccount:${namespace}:${name}`,
      uid,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
      audiences: (at(claims, 'aud') ?? []) as readonly string[],
    };
  }

  #exists(collection: string, namespace: string, name: string, uid: unknown): boolean {
    return this.#store.get(collection, `${namespace}/${name}`)?.metadata.uid === uid;
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
