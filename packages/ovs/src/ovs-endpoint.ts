import { join, win32 } from 'node:path';

/**
 * Where a socket in Open vSwitch's run directory is. On Windows its daemons make a named pipe of a path by leaving out the
 * separators (lib/stream-windows.c): `db.sock` in `C:\\openvswitch\\var\\run\\openvswitch` is
 * `\\\\.\\pipe\\C:openvswitchvarrunopenvswitchdb.sock`.
 */
export function ovsEndpoint(runDir: string, name: string, platform: NodeJS.Platform = process.platform): string {
  if (platform !== 'win32') return join(runDir, name);
  return `\\\\.\\pipe\\${win32.join(runDir, name).replaceAll(/[\\/]/g, '')}`;
}
