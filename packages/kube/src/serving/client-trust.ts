import { X509Certificate } from 'node:crypto';

/** Whom a server believes about its clients: data of `kube-system/extension-apiserver-authentication`. */
export interface ClientTrust {
  /** PEM of all authorities, for TLS. */
  readonly authorities: readonly string[];
  /** Fingerprints of those that vouch for users. */
  readonly users: ReadonlySet<string>;
  /** The proxy that speaks for users: the API server itself, when it passes on requests. */
  readonly proxy: {
    readonly fingerprints: ReadonlySet<string>;
    /** Empty: any certificate of the proxy's authority. */
    readonly names: readonly string[];
    readonly userHeaders: readonly string[];
    readonly groupHeaders: readonly string[];
    readonly extraPrefixes: readonly string[];
  };
}

/** Nobody is believed. */
export const noClientTrust: ClientTrust = {
  authorities: [],
  users: new Set(),
  proxy: { fingerprints: new Set(), names: [], userHeaders: [], groupHeaders: [], extraPrefixes: [] },
};

/** Reads the data of the ConfigMap. Throws an `Error` that names the key which is not as it should be. */
export function parseClientTrust(data: Readonly<Record<string, string>>): ClientTrust {
  const users = certificatesOf(data, 'client-ca-file');
  const proxies = certificatesOf(data, 'requestheader-client-ca-file');
  const headers = (key: string): string[] => textsOf(data, key).map((name) => name.toLowerCase());
  return {
    authorities: [...new Set([...users, ...proxies].map((certificate) => certificate.toString()))],
    users: new Set(users.map(({ fingerprint256 }) => fingerprint256)),
    proxy: {
      fingerprints: new Set(proxies.map(({ fingerprint256 }) => fingerprint256)),
      names: textsOf(data, 'requestheader-allowed-names'),
      userHeaders: headers('requestheader-username-headers'),
      groupHeaders: headers('requestheader-group-headers'),
      extraPrefixes: headers('requestheader-extra-headers-prefix'),
    },
  };
}

const pemCertificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function certificatesOf(data: Readonly<Record<string, string>>, key: string): X509Certificate[] {
  try {
    return (data[key]?.match(pemCertificate) ?? []).map((pem) => new X509Certificate(pem));
  } catch (cause) {
    throw new Error(`${key} holds something that is no certificate`, { cause });
  }
}

function textsOf(data: Readonly<Record<string, string>>, key: string): string[] {
  const text = data[key];
  if (text === undefined || text === '') return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Told below.
  }
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw new Error(`${key} must be a JSON list of texts`);
}
