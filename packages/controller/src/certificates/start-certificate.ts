import { ReconcileLoop } from '@antrea-ts/reconcile';
import { systemClock } from '@antrea-ts/runtime';
import type { ControllerOptions } from '../config/options.js';
import type { PartModules } from '../controller.js';
import type { ServingCertificate } from './certificate.js';
import { providedCertificate } from './provided.js';
import { publishAuthority } from './publish-authority.js';
import { selfSignedCertificate } from './self-signed.js';

/** A manifest that is applied again empties the bundles: they are looked at this often. */
const intervalMs = 10_000;
const retryMs = { first: 500, longest: 10_000 };

/** The certificate to serve with, first and later. */
export interface CertificateParts {
  readonly first: ServingCertificate;
  /** Resolves when the API server trusts the certificate. */
  readonly published: Promise<void>;
  onChange(listener: (certificate: ServingCertificate) => void): void;
}

/** Gets the certificate, keeps its authority published, and tells when it changes. */
export async function startCertificate(
  options: ControllerOptions,
  { client, logger, health, lifetime, signal }: PartModules,
): Promise<CertificateParts> {
  const log = logger.child('certificate');
  const source = options.selfSignedCert
    ? selfSignedCertificate({
        namespace: options.namespace,
        directory: options.directories.selfSigned,
        clock: systemClock,
      })
    : providedCertificate({ directory: options.directories.provided, logger: log, clock: systemClock });
  const first = await source.load({ signal });
  let { ca } = first;
  let published = '';
  const listeners: ((certificate: ServingCertificate) => void)[] = [];
  let tellPublished = (): void => undefined;
  const whenPublished = new Promise<void>((resolve) => (tellPublished = resolve));
  const stopped = new AbortController();
  const loop = new ReconcileLoop({
    clock: systemClock,
    intervalMs,
    retryMs,
    signal: stopped.signal,
    pass: async ({ signal: passSignal }) => {
      const publishing = ca;
      const written = await publishAuthority(client, { namespace: options.namespace, ca }, { signal: passSignal });
      published = publishing;
      tellPublished();
      if (written.length > 0) log.info('Published the authority', { in: written });
    },
    onError: (error) => log.warn('Could not publish the authority, will try again', { error }),
  });
  health.add('authority', () =>
    published === '' ? 'not published yet: agents and webhooks cannot trust us' : undefined,
  );
  loop.trigger();
  loop.start();
  const following = source.follow(
    (certificate) => {
      log.info('Certificate changed');
      ({ ca } = certificate);
      loop.trigger();
      for (const listener of listeners) listener(certificate);
    },
    { signal: stopped.signal },
  );
  lifetime.onStop(async () => {
    stopped.abort();
    await Promise.all([loop.ended(), following]);
  });
  return { first, published: whenPublished, onChange: (listener) => void listeners.push(listener) };
}
