import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { ApiError } from '../status.js';

export interface User {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
}

interface Token {
  readonly user: User;
  readonly expiresAt: number;
}

/** Who is asking: client certificates of our authority, and tokens that we gave out. */
export class Users {
  /** By hash, so that a dump of memory or a log holds none. */
  readonly #tokens = new Map<string, Token>();

  issueToken(user: User, lifetimeSeconds: number): { readonly token: string; readonly expiresAt: Date } {
    const token = randomBytes(32).toString('base64url');
    const expiresAt = Date.now() + lifetimeSeconds * 1000;
    this.#tokens.set(hash(token), { user, expiresAt });
    return { token, expiresAt: new Date(expiresAt) };
  }

  byToken(token: string): User | undefined {
    const known = this.#tokens.get(hash(token));
    if (!known) return undefined;
    if (known.expiresAt > Date.now()) return known.user;
    this.#tokens.delete(hash(token));
    return undefined;
  }

  /** The user of a request. Throws `Unauthorized`. */
  authenticate(request: IncomingMessage): User {
    const { authorization } = request.headers;
    if (authorization?.startsWith('Bearer ')) {
      const user = this.byToken(authorization.slice('Bearer '.length));
      if (user) return withAuthenticated(user);
    }
    const socket = request.socket as TLSSocket;
    if (socket.authorized) {
      const { subject } = socket.getPeerCertificate();
      const groups = subject?.O === undefined ? [] : [subject.O].flat();
      const name = [subject?.CN].flat()[0];
      if (name) return withAuthenticated({ name, groups });
    }
    throw new ApiError('Unauthorized', 'Unauthorized');
  }
}

function withAuthenticated(user: User): User {
  return { ...user, groups: [...user.groups, 'system:authenticated'] };
}

function hash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
