import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { podDirectory, readPodRecord, type NamedObject } from '../kubelet/sandbox.js';
import type { LabPaths } from '../paths.js';

/** Reads a container's log for `kubectl logs`; empty when it has written nothing. */
export async function readPodLog(
  paths: LabPaths,
  pod: NamedObject,
  wanted: { readonly container?: string; readonly tailLines?: number },
): Promise<string> {
  const dir = podDirectory(paths, pod);
  const container = wanted.container ?? (await readPodRecord(dir))?.containers[0];
  if (container === undefined) return '';
  const text = await readFile(join(dir, `${container}.log`), 'utf8').catch(() => '');
  return wanted.tailLines === undefined ? text : lastLines(text, wanted.tailLines);
}

function lastLines(text: string, count: number): string {
  if (count <= 0) return '';
  const lines = text.replace(/\n$/, '').split('\n');
  return text === '' ? '' : `${lines.slice(-count).join('\n')}\n`;
}
