import { readFile } from 'node:fs/promises';
import { KubeError } from '../errors.js';
import type { Credentials, CredentialSource } from './connection.js';

/** How long a token that was read is used before the file is read again, as client-go does. */
const tokenLifetime = 60_000;

/** A bearer token in a file that someone (the kubelet) renews. A read that fails keeps the token we have. */
export function tokenFile(path: string, others: Credentials = {}, now: () => number = Date.now): CredentialSource {
  let cached: { readonly token: string; readonly readAt: number } | undefined;
  return {
    get: async ({ renew = false }) => {
      if (cached === undefined || renew || now() - cached.readAt >= tokenLifetime) {
        cached = { token: (await readToken(path)) ?? requireToken(path, cached?.token), readAt: now() };
      }
      return { ...others, token: cached.token };
    },
  };
}

async function readToken(path: string): Promise<string | undefined> {
  const content = await readFile(path, 'utf8').catch(() => '');
  return content.trim() === '' ? undefined : content.trim();
}

function requireToken(path: string, last: string | undefined): string {
  if (last === undefined) throw new KubeError('bad-config', `read token file ${path}: not there, or empty`);
  return last;
}
