import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ensureDirectory, writeFileAtomic, type Logger } from '@antrea-ts/runtime';
import type { FlowCounter, Reading } from './flow-counters.js';
import type { ReadingStore } from './stats-reporter.js';

const version = 1;

/** Keeps a reading in a file, readable by root alone. */
export function counterFile(path: string, logger: Logger): ReadingStore {
  return {
    async read() {
      try {
        return parseReading(await readFile(path, 'utf8'));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        logger.warn('Cannot use the kept counters of policies: what came since is not reported', { file: path, error });
        return undefined;
      }
    },
    async write({ at, counters }) {
      const rows = [...(counters ?? [])].map(([key, { packets, bytes }]) => [key, packets, bytes]);
      await ensureDirectory(dirname(path), { mode: 0o700 });
      await writeFileAtomic(path, `${JSON.stringify({ version, at, counters: rows })}\n`, { mode: 0o600 });
    },
  };
}

function parseReading(text: string): Reading {
  const kept = JSON.parse(text) as { readonly version?: unknown; readonly at?: unknown; readonly counters?: unknown };
  if (kept.version !== version) throw new Error(`its version is not ${version}`);
  if (typeof kept.at !== 'number' || !Array.isArray(kept.counters)) throw new Error('it does not hold counters');
  return { at: kept.at, counters: new Map(kept.counters.map(parseRow)) };
}

function parseRow(row: unknown): [string, FlowCounter] {
  const [key, packets, bytes] = Array.isArray(row) ? (row as readonly unknown[]) : [];
  if (typeof key !== 'string' || typeof packets !== 'number' || typeof bytes !== 'number') {
    throw new Error('a row of it is no counter');
  }
  return [key, { packets, bytes }];
}
