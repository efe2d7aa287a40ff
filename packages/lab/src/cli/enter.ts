import type { LabPaths } from '../paths.js';
import { enterArgs } from '../process/namespace.js';
import { labMark } from '../process/marks.js';
import { ovsRunDir } from '../node/ovs-daemons.js';
import { antctlDirectory } from './antctl.js';
import { requireNode, requirePod, readNamespaces } from './find-lab.js';
import { searchPath } from './machine.js';
import { runAttached } from './run-attached.js';

/** Stays in the caller's directory where that exists inside, so that relative paths mean the same. */
const inDirectory = ['sh', '-c', 'cd "$1" 2>/dev/null; shift; exec "$@"', 'sh'] as const;

/** Runs a command in the namespaces of a process, on our terminal. Without a command: a shell. */
async function enter(pid: number, command: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
  const program = command.length > 0 ? command : [process.env['SHELL'] ?? '/bin/sh'];
  const [file, ...rest] = [...inDirectory, process.cwd(), ...program] as const;
  return runAttached('nsenter', enterArgs(pid, file, rest), { env, debianPackage: 'util-linux' });
}

export async function enterNode(paths: LabPaths, node: string, command: readonly string[]): Promise<number> {
  return enter(requireNode(paths, node), command, {
    [labMark]: paths.dir,
    OVS_RUNDIR: ovsRunDir,
    OVS_DBDIR: ovsRunDir,
    ANTCTL_MODE: 'agent',
    PATH: [antctlDirectory, ...searchPath].join(':'),
    NODE_NAME: node,
  });
}

export async function enterPod(paths: LabPaths, pod: string, command: readonly string[]): Promise<number> {
  const record = await requirePod(paths, pod);
  return enter(record.pid, command, { [labMark]: paths.dir });
}

export async function enterExternal(paths: LabPaths, command: readonly string[]): Promise<number> {
  return enter(readNamespaces(paths).external, command, { [labMark]: paths.dir });
}

/** Runs tcpdump on the underlay's end of a Node's cable: it sees all, whatever the Node's kernel drops. */
export async function captureNode(paths: LabPaths, node: string, args: readonly string[]): Promise<number> {
  requireNode(paths, node);
  const { underlay } = readNamespaces(paths);
  return runAttached('nsenter', enterArgs(underlay, 'tcpdump', ['-i', node, '-n', '-l', ...args]), {
    env: { [labMark]: paths.dir },
    debianPackage: 'util-linux tcpdump',
  });
}
