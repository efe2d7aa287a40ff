import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LabError } from '../errors.js';
import type { LabOptions } from '../options.js';
import type { LabPaths } from '../paths.js';
import { planAddresses } from '../plan/addresses.js';
import { apiUrl, controllerEnvironment } from '../plan/endpoints.js';
import { labMark } from '../process/marks.js';
import { enterArgs } from '../process/namespace.js';
import { readNamespaces, requireLab } from './find-lab.js';
import { runAttached } from './run-attached.js';

const antctlMain = fileURLToPath(new URL('../../../antctl/dist/main.js', import.meta.url));
/** Has `antctl` alone in it: for PATH. */
export const antctlDirectory = fileURLToPath(new URL('../../../antctl/bin', import.meta.url));

/** Runs antctl as an administrator on the underlay, from where API, controller and Nodes can be reached. */
export async function runLabAntctl(paths: LabPaths, args: readonly string[]): Promise<number> {
  requireLab(paths);
  if (!existsSync(antctlMain)) throw new LabError('machine', `antctl is not built: ${antctlMain} is missing`);
  const { underlay } = readNamespaces(paths);
  const plan = planAddresses(JSON.parse(readFileSync(paths.options, 'utf8')) as LabOptions);
  // Ours come first: what the user gives wins.
  const command = [antctlMain, '--server', apiUrl(plan), ...args];
  return runAttached('nsenter', enterArgs(underlay, process.execPath, command), {
    env: { [labMark]: paths.dir, KUBECONFIG: paths.kubeconfig, ANTCTL_MODE: 'remote', ...controllerEnvironment(plan) },
    debianPackage: 'util-linux',
  });
}
