import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { dirname } from 'node:path';
import { ensureDirectory, writeFileAtomic } from '@antrea-ts/runtime';
import { mastersGroup, type UserInfo } from './user.js';

/** Where Antrea's programs leave the token for antctl. 1.3 leaves the drive of a Windows machine to the working directory. */
export const loopbackTokenFile =
  process.platform === 'win32'
    ? 'C:\\var\\run\\antrea\\apiserver\\loopback-client-token'
    : '/var/run/antrea/apiserver/loopback-client-token';

/** A token that lives as long as the process, for those who can read its file: the same user of the same machine. */
export class LoopbackToken {
  readonly #token = randomBytes(32).toString('base64url');

  /** Writes it for antctl, readable by nobody else (mode 0600). */
  async write(path: string): Promise<void> {
    await ensureDirectory(dirname(path), { mode: 0o700 });
    await writeFileAtomic(path, this.#token, { mode: 0o600 });
  }

  userOf(token: string): UserInfo | undefined {
    return timingSafeEqual(digest(token), digest(this.#token)) ? apiServerUser : undefined;
  }
}

/** As Kubernetes' API servers call themselves. */
const apiServerUser: UserInfo = { name: 'system:apiserver', groups: [mastersGroup] };

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
