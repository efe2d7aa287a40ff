import { existsSync, rmdirSync } from 'node:fs';
import { readdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../errors.js';
import { labPaths } from '../paths.js';
import { killAll } from '../process/kill.js';
import { findLabProcesses } from '../process/marks.js';

const endMs = 10_000;

/**
 * Removes everything a lab made: its processes, and with them its namespaces and mounts, and its directory. Needs
 * neither the daemon nor anything recorded, so it works after a crash, half-way and twice. False: there was nothing.
 */
export async function takeDown(root: string, name: string): Promise<boolean> {
  const { dir } = labPaths(root, name);
  const find = (): number[] => findLabProcesses(dir);
  const there = existsSync(dir) || find().length > 0;
  const left = await killAll(find, { timeoutMs: endMs });
  if (left.length > 0) throw new LabError('component', `processes ${left.join(', ')} of lab "${name}" do not end`);
  await removeDrives(join(dir, 'nodes'));
  await rm(dir, { recursive: true, force: true });
  removeIfEmpty(root);
  return there;
}

/** The drives of Windows Nodes are too big for the lab's directory, which has links to them. */
async function removeDrives(nodes: string): Promise<void> {
  for (const node of await readdir(nodes).catch(() => [])) {
    const drive = await realpath(join(nodes, node, 'drive')).catch(() => undefined);
    if (drive !== undefined) await rm(drive, { recursive: true, force: true });
  }
}

function removeIfEmpty(root: string): void {
  try {
    rmdirSync(root);
  } catch {
    // Another lab is in it, or it never was.
  }
}
