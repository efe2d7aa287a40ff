import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../errors.js';
import type { LabOptions } from '../options.js';
import type { NodePaths } from '../paths.js';
import type { NodePlan } from '../plan/addresses.js';
import { signalProcess } from '../process/kill.js';
import { tailOf } from '../process/log-tail.js';
import { isMarked, labMark } from '../process/marks.js';
import type { Namespace } from '../process/namespace.js';
import { patient } from '../process/patience.js';
import { waitFor } from '../process/wait-for.js';

/** The switch first, in the order of ending: without its database it would only complain. */
export const ovsDaemons = ['ovs-vswitchd', 'ovsdb-server'] as const;
export type OvsDaemon = (typeof ovsDaemons)[number];

/** Inside every Node, Open vSwitch is where it always is. */
export const ovsRunDir = '/var/run/openvswitch';
const schema = '/usr/share/openvswitch/vswitch.ovsschema';

/** Open vSwitch of one Node: both daemons, or one of them where it is named. */
export interface OvsDaemons {
  /** Starts what does not run; the bridges are as before. */
  start(daemon?: OvsDaemon): Promise<void>;
  /** SIGTERM, and waits until they are gone. */
  stop(daemon?: OvsDaemon): Promise<void>;
  /** SIGKILL, and waits until they are gone. */
  kill(daemon?: OvsDaemon): Promise<void>;
  /** Process ids of what runs. */
  pids(): Partial<Record<OvsDaemon, number>>;
}

export function createOvsDaemons(modules: {
  readonly namespace: Namespace;
  readonly paths: NodePaths;
  readonly labDir: string;
  readonly options: Pick<LabOptions, 'datapath'>;
  readonly os: NodePlan['os'];
}): OvsDaemons {
  const { namespace, paths, labDir, options, os } = modules;
  const runDir = join(paths.run, 'openvswitch');
  const env = { OVS_RUNDIR: ovsRunDir, OVS_DBDIR: ovsRunDir, OVS_LOGDIR: paths.logs };
  const database = `${ovsRunDir}/conf.db`;

  const pidOf = (daemon: OvsDaemon): number | undefined => {
    const pid = readPid(join(runDir, `${daemon}.pid`));
    return pid !== undefined && isMarked(pid, labMark, labDir) ? pid : undefined;
  };
  const pids = (): Partial<Record<OvsDaemon, number>> =>
    Object.fromEntries(
      ovsDaemons.map((daemon) => [daemon, pidOf(daemon)] as const).filter(([, pid]) => pid !== undefined),
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

  const set = (...settings: readonly string[]): Promise<void> =>
    run('ovsdb-server', 'ovs-vsctl', ['--no-wait', `--timeout=${patient(15)}`, ...settings]);

  const startDatabase = async (): Promise<void> => {
    await removeStale(runDir, 'ovsdb-server');
    if (!existsSync(join(runDir, 'conf.db'))) await run('ovsdb-server', 'ovsdb-tool', ['create', database, schema]);
    await run('ovsdb-server', 'ovsdb-server', [
      database,
      `--remote=punix:${ovsRunDir}/db.sock`,
      '--remote=db:Open_vSwitch,Open_vSwitch,manager_options',
      ...detached(paths.logs, 'ovsdb-server'),
    ]);
    await set('init', ...initialSettings());
  };

  const startSwitch = async (): Promise<void> => {
    await removeStale(runDir, 'ovs-vswitchd');
    // As the scripts of Open vSwitch do at every start of the switch. What the kernel forwards waits for the agent;
    // the userspace datapath starts empty, and carries the Node's underlay here, without which no agent comes up.
    // Open vSwitch for Windows has no such scripts.
    if (options.datapath === 'system' && os === 'linux')
      await set('set', 'Open_vSwitch', '.', 'other_config:flow-restore-wait=true');
    await run('ovs-vswitchd', 'ovs-vswitchd', [`unix:${ovsRunDir}/db.sock`, ...detached(paths.logs, 'ovs-vswitchd')]);
  };

  const end = async (signal: 'SIGTERM' | 'SIGKILL', only?: OvsDaemon): Promise<void> => {
    for (const daemon of only === undefined ? ovsDaemons : [only]) {
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
    async start(only) {
      const isMissing = (daemon: OvsDaemon): boolean =>
        (only === undefined || only === daemon) && pids()[daemon] === undefined;
      if (isMissing('ovsdb-server')) await startDatabase();
      if (!isMissing('ovs-vswitchd')) return;
      if (pids()['ovsdb-server'] === undefined) {
        throw new LabError(
          'component',
          `ovs-vswitchd on ${namespace.name} needs its database: start ovsdb-server first`,
        );
      }
      await startSwitch();
    },
    stop: (only) => end('SIGTERM', only),
    kill: (only) => end('SIGKILL', only),
  };
}

function detached(logs: string, daemon: OvsDaemon): string[] {
  return [`--log-file=${join(logs, `${daemon}.log`)}`, '-vconsole:off', '--pidfile', '--detach', '--no-chdir'];
}

/** What Antrea's own start scripts set. */
function initialSettings(): string[] {
  return [
    ...words('-- set Open_vSwitch .'),
    `external_ids:system-id=${randomUUID()}`,
    ...words('other_config:hw-offload=false other_config:max-revalidator=200'),
  ];
}

function words(text: string): string[] {
  return text.split(' ');
}

/** What a daemon that was killed left behind. */
async function removeStale(runDir: string, daemon: OvsDaemon): Promise<void> {
  const isStale = (name: string): boolean =>
    (name.startsWith(`${daemon}.`) && /\.(pid|ctl)$/.test(name)) ||
    (daemon === 'ovsdb-server' && /^\.conf\.db.*~lock~$/.test(name));
  const stale = (await readdir(runDir)).filter(isStale);
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
