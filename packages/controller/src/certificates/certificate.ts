import type { KeyPairPem } from '@antrea-ts/runtime';

/** The certificate of the API and the authority by which clients know it. */
export interface ServingCertificate extends KeyPairPem {
  readonly ca: string;
}

/** Where the certificate comes from. It may change while the controller runs. */
export interface CertificateSource {
  /** The first certificate. */
  load(options: { readonly signal: AbortSignal }): Promise<ServingCertificate>;
  /** Every later one, until `signal` aborts. */
  follow(onChange: (certificate: ServingCertificate) => void, options: { readonly signal: AbortSignal }): Promise<void>;
}

/** Host names under which the controller is asked: its Service, and itself. */
export function servingNames(namespace: string): string[] {
  return ['antrea', `antrea.${namespace}.svc`, 'localhost', '127.0.0.1', '::1'];
}
