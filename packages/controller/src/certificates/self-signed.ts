import { join } from 'node:path';
import { createAuthority, ensureDirectory, pause, writeFileAtomic, type Clock } from '@antrea-ts/runtime';
import { servingNames, type CertificateSource, type ServingCertificate } from './certificate.js';

const day = 86_400_000;
/** Half of the year that a certificate is valid: Antrea 1.3 rotates then. */
const rotateAfterMs = 182 * day;
/** Timers of Node hold no more than 24 days. */
const longestWait = 20 * day;

/**
 * Makes the certificate, with an authority of its own whose key never leaves the process, at each start and again when
 * half of its time is over. Certificate and key are also written to `directory`, as 1.3 does.
 */
export function selfSignedCertificate(options: {
  readonly namespace: string;
  readonly directory: string;
  readonly clock: Clock;
}): CertificateSource {
  const make = async (): Promise<ServingCertificate> => {
    const authority = await createAuthority('antrea-ca');
    const pair = await authority.server('antrea', servingNames(options.namespace));
    await ensureDirectory(options.directory, { mode: 0o700 });
    await writeFileAtomic(join(options.directory, 'antrea-controller.crt'), pair.cert, { mode: 0o644 });
    await writeFileAtomic(join(options.directory, 'antrea-controller.key'), pair.key, { mode: 0o600 });
    return { ...pair, ca: authority.caPem };
  };
  return {
    load: make,
    async follow(onChange, { signal }) {
      while (await passed(rotateAfterMs, options.clock, signal)) onChange(await make());
    },
  };
}

/** Waits; false when `signal` aborted. */
async function passed(ms: number, clock: Clock, signal: AbortSignal): Promise<boolean> {
  for (let rest = ms; rest > 0; rest -= longestWait) {
    if (!(await pause(clock, Math.min(rest, longestWait), { signal }))) return false;
  }
  return true;
}
