import { readFileSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { join } from 'node:path';

/** Sockets of Open vSwitch, as the agent knows them. On Windows `.ctl` has no process id in its name. */
export const switchSockets = ['db.sock', 'br-int.mgmt', 'ovs-vswitchd.ctl'] as const;
export type SwitchSocket = (typeof switchSockets)[number];

/** Leads connections on to a socket of Open vSwitch. */
export function serveSwitchSocket(server: Server, runDir: string, name: SwitchSocket): void {
  server.on('connection', (client) => {
    const upstream = connect({ path: join(runDir, fileOf(runDir, name)) });
    client.pipe(upstream).pipe(client);
    for (const each of [client, upstream]) {
      each.on('error', () => {});
      each.on('close', () => (client.destroy(), upstream.destroy()));
    }
  });
}

function fileOf(runDir: string, name: SwitchSocket): string {
  if (name !== 'ovs-vswitchd.ctl') return name;
  try {
    return `ovs-vswitchd.${readFileSync(join(runDir, 'ovs-vswitchd.pid'), 'utf8').trim()}.ctl`;
  } catch {
    return name;
  }
}
