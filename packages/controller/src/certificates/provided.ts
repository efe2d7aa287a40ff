import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorMessage, pause, type Clock, type Logger } from '@antrea-ts/runtime';
import { ControllerError } from '../errors.js';
import type { CertificateSource, ServingCertificate } from './certificate.js';

const pollMs = 2_000;
const firstDeadlineMs = 120_000;

/** Reads the certificate that somebody else provides: `ca.crt`, `tls.crt` and `tls.key` of a mounted Secret. */
export function providedCertificate(options: {
  readonly directory: string;
  readonly logger: Logger;
  readonly clock: Clock;
}): CertificateSource {
  const { clock } = options;
  let current = '';
  const read = async (): Promise<ServingCertificate> => {
    const [ca, cert, key] = await Promise.all(
      ['ca.crt', 'tls.crt', 'tls.key'].map((name) => readFile(join(options.directory, name), 'utf8')),
    );
    return { ca: ca ?? '', cert: cert ?? '', key: key ?? '' };
  };
  return {
    async load({ signal }) {
      const deadline = clock.now() + firstDeadlineMs;
      for (;;) {
        try {
          const certificate = await read();
          current = JSON.stringify(certificate);
          return certificate;
        } catch (cause) {
          if (clock.now() > deadline) {
            throw new ControllerError(
              'certificate',
              `selfSignedCert false: no certificate in ${options.directory} after two minutes (${errorMessage(cause)}); create the Secret antrea-controller-tls with ca.crt, tls.crt and tls.key`,
              { cause },
            );
          }
          options.logger.info('Waiting for the certificate', { directory: options.directory });
          if (!(await pause(clock, pollMs, { signal }))) throw signal.reason as Error;
        }
      }
    },
    async follow(onChange, { signal }) {
      while (await pause(clock, pollMs * 5, { signal })) {
        const certificate = await read().catch(() => undefined);
        if (!certificate || JSON.stringify(certificate) === current) continue;
        current = JSON.stringify(certificate);
        onChange(certificate);
      }
    },
  };
}
