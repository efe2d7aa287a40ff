/** How to reach a cluster's API. */
export interface KubeConnection {
  /** `https://host:port`, without a path. */
  readonly server: string;
  readonly tls: TlsSettings;
  readonly credentials: CredentialSource;
  /** The namespace of the context, or of the Pod we run in. */
  readonly namespace: string;
}

/** What is needed to trust the server. */
export interface TlsSettings {
  /** PEM certificates; unset: the system's. */
  readonly ca?: string | undefined;
  /** The name the server's certificate must have, where it differs from the host in the address. */
  readonly serverName?: string | undefined;
  /** True: the server's certificate is not checked. */
  readonly insecure?: boolean | undefined;
}

/** Who we are: at most one of token and password, and perhaps a client certificate. */
export interface Credentials {
  readonly token?: string | undefined;
  readonly password?: { readonly user: string; readonly password: string } | undefined;
  /** PEM. */
  readonly certificate?: string | undefined;
  /** PEM. */
  readonly key?: string | undefined;
}

/** Credentials that may change while we run. */
export interface CredentialSource {
  /** `renew` is true after the server has refused what this returned last. */
  get(options: { readonly signal?: AbortSignal | undefined; readonly renew?: boolean }): Promise<Credentials>;
}

/** Credentials that stay as they are. */
export function fixedCredentials(credentials: Credentials): CredentialSource {
  return { get: () => Promise.resolve(credentials) };
}
