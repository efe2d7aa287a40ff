import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { ApiError } from '../status.js';
import type { ServiceAccountTokens } from './service-account-tokens.js';
import type { User } from './user.js';

/** Tells who is asking: by a client certificate of our authority, or by a token. */
export class Authenticator {
  readonly #tokens: ServiceAccountTokens;
  readonly #known: ReadonlyMap<string, User>;
  readonly #certified = new WeakMap<TLSSocket, User>();

  constructor(modules: { readonly tokens: ServiceAccountTokens; readonly known: ReadonlyMap<string, User> }) {
    this.#tokens = modules.tokens;
    this.#known = modules.known;
  }

  byToken(token: string): (User & { readonly audiences?: readonly string[] }) | undefined {
    const known = this.#known.get(token);
    return known ? withAuthenticated(known) : this.#tokens.userOf(token);
  }

  /** The user of a request. Throws `Unauthorized`. */
  authenticate(request: IncomingMessage): User {
    const { authorization } = request.headers;
    if (authorization !== undefined && /^bearer /i.test(authorization)) {
      const user = this.byToken(authorization.slice('Bearer '.length).trim());
      if (user) return user;
      // A token that is not good is not made up for by nothing else.
      throw new ApiError('Unauthorized', 'Unauthorized');
    }
    const user = this.#byCertificate(request.socket as TLSSocket);
    if (user) return user;
    throw new ApiError('Unauthorized', 'Unauthorized');
  }

  /** A connection keeps its certificate, and reading one takes longer than many a request. */
  #byCertificate(socket: TLSSocket): User | undefined {
    if (!socket.authorized) return undefined;
    const known = this.#certified.get(socket);
    if (known) return known;
    const { subject } = socket.getPeerCertificate();
    const groups = subject?.O === undefined ? [] : [subject.O].flat();
    const name = [subject?.CN].flat()[0];
    if (!name) return undefined;
    const user = withAuthenticated({ name, groups });
    this.#certified.set(socket, user);
    return user;
  }
}

function withAuthenticated(user: User): User {
  return { ...user, groups: [...user.groups, 'system:authenticated'] };
}
