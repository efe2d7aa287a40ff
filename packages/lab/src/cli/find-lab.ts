import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../errors.js';
import { readPodRecord, type PodRecord } from '../kubelet/sandbox.js';
import type { NamespaceRecord } from '../lab.js';
import type { LabPaths } from '../paths.js';

/** Throws when there is no such lab. */
export function requireLab(paths: LabPaths): LabPaths {
  if (existsSync(paths.dir)) return paths;
  throw new LabError('no-such-lab', `there is no lab "${paths.name}"; \`lab up\` makes one`);
}

export function readNamespaces(paths: LabPaths): NamespaceRecord {
  try {
    return JSON.parse(readFileSync(requireLab(paths).namespaces, 'utf8')) as NamespaceRecord;
  } catch (error) {
    if (error instanceof LabError) throw error;
    throw new LabError('no-such-object', `lab "${paths.name}" has no Nodes yet`, { cause: error });
  }
}

/** The process that holds a Node's namespaces. */
export function requireNode(paths: LabPaths, node: string): number {
  const { nodes } = readNamespaces(paths);
  const pid = nodes[node];
  if (pid !== undefined) return pid;
  throw new LabError('no-such-object', `there is no Node ${node}; there are: ${Object.keys(nodes).join(', ')}`);
}

/** Finds a Pod by `NAMESPACE/POD`, or by its name in Namespace `default`. */
export async function requirePod(paths: LabPaths, text: string): Promise<PodRecord & { readonly dir: string }> {
  const [namespace, name] = text.includes('/') ? (text.split('/', 2) as [string, string]) : ['default', text];
  const dir = join(requireLab(paths).pods, `${namespace}_${name}`);
  const record = await readPodRecord(dir);
  if (record) return { ...record, dir };
  throw new LabError('no-such-object', `Pod ${namespace}/${name} does not run in lab "${paths.name}"`);
}

/** Names of the labs of this machine. */
export function listLabs(root: string): string[] {
  return existsSync(root) ? readdirSync(root).sort() : [];
}
