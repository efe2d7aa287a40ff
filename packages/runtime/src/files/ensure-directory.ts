import { chmod, mkdir } from 'node:fs/promises';

/** Makes a directory and its parents if absent, and gives the directory itself `mode` whatever the umask. */
export async function ensureDirectory(path: string, options: { readonly mode?: number } = {}): Promise<void> {
  await mkdir(path, { recursive: true });
  if (options.mode !== undefined) await chmod(path, options.mode);
}
