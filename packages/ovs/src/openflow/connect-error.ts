import { SessionError } from '@antrea-ts/openflow';
import { OvsError } from '../errors.js';

const REMEDIES: Readonly<Record<string, string>> = {
  ENOENT: 'see with "ovs-vsctl list-br" that Open vSwitch runs and has the bridge; "ovs-vsctl add-br NAME" makes one',
  ECONNREFUSED: 'ovs-vswitchd does not run; start it with "systemctl start openvswitch-switch"',
  EACCES: 'run as root',
  EPERM: 'run as root',
};

/** A failure to open, or to set up, an OpenFlow connection, as an error that names the socket and a remedy. */
export function openFlowConnectError(path: string, cause: unknown): OvsError {
  const message = `connect to the bridge's OpenFlow socket ${path}`;
  if (cause instanceof OvsError) return cause;
  if (cause instanceof SessionError) {
    return new OvsError(cause.code === 'timeout' ? 'time-out' : 'unreachable', `${message}: ${cause.message}`, {
      cause,
    });
  }
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? '';
  const remedy = REMEDIES[code];
  switch (code) {
    case 'ENOENT':
      return new OvsError('not running', `${message}: it does not exist (${code})`, { cause, remedy });
    case 'ECONNREFUSED':
      return new OvsError('not running', `${message}: nothing listens there (${code})`, { cause, remedy });
    case 'EACCES':
    case 'EPERM':
      return new OvsError('permission', `${message}: not permitted (${code})`, { cause, remedy });
    default:
      return new OvsError('unreachable', `${message}: ${String(cause)}`, { cause });
  }
}

/** Whether trying again cannot help, because a person has to change something first. */
export function isHopelessConnectError(error: unknown): boolean {
  if (!(error instanceof OvsError)) return false;
  return error.code === 'permission' || (error.cause instanceof SessionError && error.cause.code === 'version');
}
