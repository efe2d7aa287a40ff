import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const PROGRAMS = ['ovsdb-tool', 'ovsdb-server', 'ovs-vswitchd', 'ovs-vsctl', 'ovs-appctl', 'setpriv'];

/**
 * Why a private Open vSwitch cannot be started on this machine, or `undefined` if it can: the reason a test suite
 * gives when it skips itself.
 */
export function whyNoPrivateOvs(options: { readonly datapath?: 'dummy' | 'netdev' } = {}): string | undefined {
  const netdev = options.datapath === 'netdev';
  if (process.platform === 'win32') return 'a private Open vSwitch needs Linux';
  const missing = [...PROGRAMS, ...(netdev ? ['ip'] : [])].filter((program) => !onPath(program));
  if (missing.length > 0) return `not installed: ${missing.join(', ')} (apt install openvswitch-switch iproute2)`;
  if (netdev && process.getuid?.() !== 0) return 'the netdev datapath needs root';
  return undefined;
}

function onPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
