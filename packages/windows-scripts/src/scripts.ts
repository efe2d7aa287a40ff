import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where the scripts are. */
export const scriptsDirectory = fileURLToPath(new URL('../../../scripts-windows/', import.meta.url));

export interface Script {
  readonly name: string;
  readonly source: string;
}

/** Every script and module of `scripts-windows`. */
export function readScripts(): readonly Script[] {
  return readdirSync(scriptsDirectory, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.psm?1$/.test(name))
    .map((name) => name.replaceAll('\\', '/'))
    .sort()
    .map((name) => ({ name, source: readFileSync(`${scriptsDirectory}${name}`, 'utf8') }));
}
