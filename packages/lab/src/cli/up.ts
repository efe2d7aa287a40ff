import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { askDaemon } from '../control/control-client.js';
import { LabError } from '../errors.js';
import { checkWindowsOptions, type LabOptions } from '../options.js';
import { labPaths, type LabPaths } from '../paths.js';
import { planAddresses } from '../plan/addresses.js';
import { renderAgentConfig } from '../plan/agent-config.js';
import { tailOf } from '../process/log-tail.js';
import { labMark } from '../process/marks.js';
import { waitFor } from '../process/wait-for.js';
import { checkWindowsPrograms } from '../windows/wine.js';
import { takeDown } from './down.js';
import { interruptible } from './interruptible.js';
import { checkMachine } from './machine.js';
import type { Progress } from './progress.js';

const daemonMain = fileURLToPath(new URL('../daemon-main.js', import.meta.url));
const daemonStartMs = 30_000;
/** A Unix socket's path, with its end: the longest of a lab is an OpenFlow socket. */
const longestSocket = { limit: 107, below: 'nodes/node-200/run/openvswitch/br-int.mgmt' };

/** Brings a lab up and returns when its Nodes are Ready. Cancelled, it leaves nothing. */
export async function bringUp(root: string, name: string, options: LabOptions, progress: Progress): Promise<LabPaths> {
  checkMachine();
  checkWindowsOptions(options);
  if (options.windowsNodes) checkWindowsPrograms();
  const paths = labPaths(root, name);
  if (paths.dir.length + 1 + longestSocket.below.length > longestSocket.limit) {
    throw new LabError('usage', `${paths.dir} is too long for the sockets in it; choose a shorter lab name`);
  }
  // A mistake in the user's file is told now, not by every agent later.
  renderAgentConfig(options, planAddresses(options), { kubeconfig: '' });
  makeDirectory(root, paths);
  writeFileSync(paths.options, `${JSON.stringify(options, null, 2)}\n`);
  const wait = async (): Promise<void> => {
    const daemon = startDaemon(root, paths);
    await waitFor("the lab's daemon", () => listening(daemon, paths), { timeoutMs: daemonStartMs });
    await askDaemon(paths.controlSocket, { verb: 'wait-up' }, (text) => progress.step(text));
  };
  await interruptible(wait, () => {
    progress.step('interrupted: removing the lab');
    return takeDown(root, name);
  });
  return paths;
}

function makeDirectory(root: string, paths: LabPaths): void {
  mkdirSync(root, { recursive: true });
  try {
    mkdirSync(paths.dir);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    const remedy = `\`lab --name ${paths.name} down\` removes it, \`lab --name OTHER up\` makes another one`;
    throw new LabError('already-up', `lab "${paths.name}" exists already; ${remedy}`, { cause });
  }
}

function startDaemon(root: string, paths: LabPaths): ChildProcess {
  const log = openSync(paths.daemonLog, 'a');
  const child = spawn(process.execPath, [daemonMain, root, paths.name], {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: '/',
    env: { ...process.env, [labMark]: paths.dir },
  });
  closeSync(log);
  child.unref();
  return child;
}

function listening(daemon: ChildProcess, paths: LabPaths): boolean {
  if (daemon.exitCode !== null || daemon.signalCode !== null) {
    throw new LabError('daemon', `the lab's daemon ended; the end of ${paths.daemonLog}:\n${tailOf(paths.daemonLog)}`);
  }
  return existsSync(paths.controlSocket);
}

export function readConfigFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new LabError('usage', `--config ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
