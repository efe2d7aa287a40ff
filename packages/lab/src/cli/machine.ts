import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../errors.js';
import type { LabOptions } from '../options.js';

/** Programs a lab needs, and Debian's package of each. */
const programs: readonly (readonly [program: string, debianPackage: string])[] = [
  ['ip', 'iproute2'],
  ['ovs-vswitchd', 'openvswitch-switch'],
  ['ovsdb-server', 'openvswitch-switch'],
  ['ovs-vsctl', 'openvswitch-switch'],
  ['unshare', 'util-linux'],
  ['nsenter', 'util-linux'],
  ['iptables-restore', 'iptables'],
  ['ipset', 'ipset'],
  ['ethtool', 'ethtool'],
];

const cniDirectories = ['/opt/cni/bin', '/usr/lib/cni'];

/** Programs are looked for where root's are, too: `sudo` and cron may leave these out. */
export const searchPath = [
  ...new Set([...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin', '/usr/bin', '/bin']),
];

export function findProgram(name: string): string | undefined {
  return searchPath.map((directory) => join(directory, name)).find(isExecutable);
}

/** Throws one sentence that says all that is missing, and how to get it. */
export function checkMachine(): void {
  if (process.getuid?.() !== 0) {
    throw new LabError('machine', 'a lab makes network namespaces and needs root: run it with sudo');
  }
  const missing = programs.filter(([program]) => findProgram(program) === undefined);
  const noIpam = !cniDirectories.some((directory) => isExecutable(join(directory, 'host-local')));
  const names = [...missing.map(([program]) => program), ...(noIpam ? ['host-local'] : [])];
  if (names.length === 0) return;
  const packages = new Set([...missing.map(([, name]) => name), ...(noIpam ? ['containernetworking-plugins'] : [])]);
  throw new LabError(
    'machine',
    `${names.join(', ')} missing; install with: apt-get install ${[...packages].join(' ')}`,
  );
}

/** `system` where the kernel has the openvswitch module, else `netdev`. Loads the module if it is there. */
export function defaultDatapath(): LabOptions['datapath'] {
  const loaded = '/sys/module/openvswitch';
  const modprobe = findProgram('modprobe');
  if (!existsSync(loaded) && modprobe !== undefined) {
    spawnSync(modprobe, ['-q', 'openvswitch'], { stdio: 'ignore' });
  }
  return existsSync(loaded) ? 'system' : 'netdev';
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
