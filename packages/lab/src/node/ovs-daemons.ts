import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../errors.js';
import type { LabOptions } from '../options.js';
import type { NodePaths } from '../paths.js';
import { signalProcess } from '../process/kill.js';
import { tailOf } from '../process/log-tail.js';
import { isMarked, labMark } from '../process/marks.js';
import type { Namespace } from '../process/namespace.js';
import { patient } from '../process/patience.js';
import { waitFor } from '../process/wait-for.js';

const daemons = ['ovs-vswitchd', 'ovsdb-server'] as const;
type Daemon = (typeof daemons)[number];

/** Inside every Node, Open vSwitch is where it always is. */
export const ovsRunDir = '/var/run/openvswitch';
const schema = '/usr/share/openvswitch/vswitch.ovsschema';

/** Open vSwitch of one Node. */
export interface OvsDaemons {
  /** Starts what does not run; the bridges are as before. */
  start(): Promise<void>;
  /** SIGTERM, and waits until both are gone. */
  stop(): Promise<void>;
  /** SIGKILL, and waits until both are gone. */
  kill(): Promise<void>;
  /** Process ids of what runs. */
  pids(): Partial<Record<Daemon, number>>;
}

export function createOvsDaemons(modules: {
  readonly namespace: Namespace;
  readonly paths: NodePaths;
  readonly labDir: string;
  readonly options: Pick<LabOptions, 'datapath'>;
}): OvsDaemons {
  const { namespace, paths, labDir, options } = modules;
  const runDir = join(paths.run, 'openvswitch');
  const env = { OVS_RUNDIR: ovsRunDir, OVS_DBDIR: ovsRunDir, OVS_LOGDIR: paths.logs };
  const database = `${ovsRunDir}/conf.db`;

  const pidOf = (daemon: Daemon): number | undefined => {
    const pid = readPid(join(runDir, `${daemon}.pid`));
    return pid !== undefined && isMarked(pid, labMark, labDir) ? pid : undefined;
  };
  const pids = (): Partial<Record<Daemon, number>> =>
    Object.fromEntries(
      daemons.map((daemon) => [daemon, pidOf(daemon)] as const).filter(([, pid]) => pid !== undefined),
    );

  const run = async (component: string, file: string, args: readonly string[]): Promise<void> => {
    try {
      await namespace.run(file, args, { env, timeout: patient(30_000) });
    } catch (cause) {
      const log = join(paths.logs, `${component}.log`);
      throw new LabError(
        'component',
        `${component} on ${namespace.name} did not start: ${tailOf(log) || String(cause)}`,
        { cause },
      );
    }
  };

  const startDatabase = async (): Promise<void> => {
    if (!existsSync(join(runDir, 'conf.db'))) await run('ovsdb-server', 'ovsdb-tool', ['create', database, schema]);
    await run('ovsdb-server', 'ovsdb-server', [
      database,
      `--remote=punix:${ovsRunDir}/db.sock`,
      '--remote=db:Open_vSwitch,Open_vSwitch,manager_options',
      ...detached(paths.logs, 'ovsdb-server'),
    ]);
    await run('ovsdb-server', 'ovs-vsctl', [
      '--no-wait',
      `--timeout=${patient(15)}`,
      'init',
      ...initialSettings(options),
    ]);
  };

  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    // The switch first: without its database it would only complain.
    for (const daemon of daemons) {
      const pid = pidOf(daemon);
      if (pid === undefined) continue;
      signalProcess(pid, signal);
      await waitFor(`${daemon} on ${namespace.name} to end`, () => !isMarked(pid, labMark, labDir), {
        timeoutMs: 10_000,
      });
    }
  };

  return {
    pids,
    async start() {
      const running = pids();
      if (running['ovsdb-server'] === undefined) {
        // A switch that outlived its database is restarted with it, as the scripts of Open vSwitch do.
        if (running['ovs-vswitchd'] !== undefined) await end('SIGTERM');
        await removeStale(runDir);
        await startDatabase();
      }
      if (pids()['ovs-vswitchd'] === undefined) {
        await run('ovs-vswitchd', 'ovs-vswitchd', [
          `unix:${ovsRunDir}/db.sock`,
          ...detached(paths.logs, 'ovs-vswitchd'),
        ]);
      }
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

function detached(logs: string, daemon: Daemon): string[] {
  return [`--log-file=${join(logs, `${daemon}.log`)}`, '-vconsole:off', '--pidfile', '--detach', '--no-chdir'];
}

/** What Antrea's own start scripts set. Only with the kernel datapath do old flows wait for the agent. */
function initialSettings(options: Pick<LabOptions, 'datapath'>): string[] {
  return [
    ...words('-- set Open_vSwitch .'),
    `external_ids:system-id=${randomUUID()}`,
    ...words('other_config:hw-offload=false other_config:max-revalidator=200'),
    ...(options.datapath === 'system' ? ['other_config:flow-restore-wait=true'] : []),
  ];
}

function words(text: string): string[] {
  return text.split(' ');
}

async function removeStale(runDir: string): Promise<void> {
  const stale = (await readdir(runDir)).filter((name) => /\.(pid|ctl)$|^\.conf\.db.*~lock~$/.test(name));
  await Promise.all(stale.map((name) => rm(join(runDir, name), { force: true })));
}

function readPid(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8').trim());
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}
