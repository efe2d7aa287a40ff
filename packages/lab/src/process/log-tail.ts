import { readFileSync } from 'node:fs';

/** The last lines of a log file; empty when there is none. */
export function tailOf(file: string, lines = 10): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}
