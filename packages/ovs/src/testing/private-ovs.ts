import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startDaemon, type Daemon } from './daemon.js';
import { waitUntil } from './wait-until.js';

const run = promisify(execFile);

export interface PrivateOvsOptions {
  /**
   * `dummy` (the default) needs no privileges: ports exist only inside vswitchd, `ofproto/trace` and
   * `netdev-dummy/receive` work. `netdev` is the userspace datapath with real interfaces; it needs root and runs in a
   * network namespace.
   */
  readonly datapath?: 'dummy' | 'netdev';
  /** For `netdev`: an existing named network namespace to run in; without it one is made and removed again. */
  readonly netns?: string;
  /** Where the run directory is made; a Unix socket path has at most 107 characters, so keep it short. */
  readonly tempDir?: string;
  /** The database schema, for tests of a wrong one. */
  readonly schema?: string;
  /** Starts only `ovsdb-server`; call `startVswitchd()` later. */
  readonly withoutVswitchd?: boolean;
}

/** An Open vSwitch of a test's own: its run directory, sockets, programs. */
export interface PrivateOvs {
  readonly runDir: string;
  /** The database's Unix socket. */
  readonly dbSocket: string;
  /** The network namespace vswitchd runs in, for `netdev`. */
  readonly netns: string | undefined;
  /** Environment under which `ovs-*` programs find this instance. */
  readonly env: NodeJS.ProcessEnv;
  /** The OpenFlow socket of a bridge. */
  mgmtSocket(bridge: string): string;
  /** Runs `ovs-vsctl` and returns its output, trimmed. */
  vsctl(...args: string[]): Promise<string>;
  /** Runs `ovs-ofctl`; name a bridge by its `mgmtSocket`, prefixed with `unix:`, or by its name. */
  ofctl(...args: string[]): Promise<string>;
  /** Runs `ovs-appctl` against vswitchd. */
  appctl(...args: string[]): Promise<string>;
  /** Runs any program inside the namespace (for `netdev`) with this instance's environment. */
  exec(file: string, ...args: string[]): Promise<string>;
  readonly ovsdbPid: number;
  readonly vswitchdPid: number;
  stopOvsdb(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  startOvsdb(): Promise<void>;
  stopVswitchd(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  startVswitchd(): Promise<void>;
  /** The end of vswitchd's log, for failure messages. */
  vswitchdLog(): Promise<string>;
  /** Stops both daemons and removes the run directory and the namespace that was made. Harmless when repeated. */
  stop(): Promise<void>;
}

const DEFAULT_SCHEMA = '/usr/share/openvswitch/vswitch.ovsschema';
const COMMAND_TIMEOUT_MS = 20_000;
let instances = 0;

async function ready(daemon: Daemon, name: string, probe: () => Promise<unknown>): Promise<void> {
  await waitUntil(`${name} (pid ${daemon.pid}) answers`, async () => {
    if (!daemon.alive()) throw new Error(`${name} ended at once: ${daemon.output()}`);
    return probe().then(
      () => true,
      () => false,
    );
  });
}

/**
 * Starts a private `ovsdb-server` and `ovs-vswitchd` and waits until both answer. Nothing of the machine's own Open
 * vSwitch is touched.
 */
export async function startPrivateOvs(options: PrivateOvsOptions = {}): Promise<PrivateOvs> {
  const datapath = options.datapath ?? 'dummy';
  const runDir = await mkdtemp(join(options.tempDir ?? tmpdir(), 'ovs-'));
  const ownNetns =
    datapath === 'netdev' && options.netns === undefined ? `ovs-test-${process.pid}-${++instances}` : undefined;
  const netns = options.netns ?? ownNetns;
  const dbSocket = join(runDir, 'db.sock');
  const env = { ...process.env, OVS_RUNDIR: runDir, OVS_LOGDIR: runDir, OVS_DBDIR: runDir, OVS_SYSCONFDIR: runDir };
  const prefix = netns === undefined ? [] : ['ip', 'netns', 'exec', netns];
  let ovsdb: Daemon | undefined;
  let vswitchd: Daemon | undefined;
  let stopped = false;

  const exec = async (file: string, ...args: string[]): Promise<string> => {
    const [program = '', ...rest] = [...prefix, file, ...args];
    const { stdout } = await run(program, rest, { env, timeout: COMMAND_TIMEOUT_MS, maxBuffer: 1 << 28 });
    return stdout.trimEnd();
  };
  const vsctl = (...args: string[]) => exec('ovs-vsctl', `--db=unix:${dbSocket}`, '--timeout=15', ...args);
  const vswitchdLog = async () =>
    (await readFile(join(runDir, 'ovs-vswitchd.log'), 'utf8').catch(() => '')).slice(-4_096);

  const startOvsdb = async () => {
    ovsdb = await startDaemon(
      ['ovsdb-server', join(runDir, 'conf.db'), `--remote=punix:${dbSocket}`, '--pidfile', '--log-file', '--no-chdir'],
      { env, prefix },
    );
    await ready(ovsdb, 'ovsdb-server', () => exec('ovs-appctl', '-t', 'ovsdb-server', 'version'));
  };
  const startVswitchd = async () => {
    const dummy = datapath === 'dummy' ? ['--enable-dummy=override', '--disable-system', '--disable-system-route'] : [];
    vswitchd = await startDaemon(
      ['ovs-vswitchd', `unix:${dbSocket}`, '--pidfile', '--log-file', '--no-chdir', ...dummy],
      { env, prefix },
    );
    await ready(vswitchd, 'ovs-vswitchd', () => exec('ovs-appctl', 'version'));
  };
  const stopVswitchd = async (signal?: 'SIGTERM' | 'SIGKILL') => {
    const pid = vswitchd?.pid;
    await vswitchd?.stop(signal);
    if (signal === 'SIGKILL') await unlink(join(runDir, `ovs-vswitchd.${pid}.ctl`)).catch(() => undefined);
  };
  const stop = async () => {
    if (stopped) return;
    stopped = true;
    await vswitchd?.stop();
    await ovsdb?.stop();
    if (ownNetns !== undefined) await run('ip', ['netns', 'del', ownNetns]).catch(() => undefined);
    await rm(runDir, { recursive: true, force: true });
  };

  try {
    if (ownNetns !== undefined) {
      await run('ip', ['netns', 'add', ownNetns]);
      await exec('ip', 'link', 'set', 'lo', 'up');
    }
    await run('ovsdb-tool', ['create', join(runDir, 'conf.db'), options.schema ?? DEFAULT_SCHEMA], { env });
    await startOvsdb();
    if (options.schema === undefined) await vsctl('--no-wait', 'init');
    if (options.withoutVswitchd !== true) await startVswitchd();
  } catch (cause) {
    const log = await vswitchdLog();
    await stop();
    throw new Error(`start a private Open vSwitch in ${runDir}: ${String(cause)}\n${log}`, { cause });
  }

  return {
    runDir,
    dbSocket,
    netns,
    env,
    mgmtSocket: (bridge) => join(runDir, `${bridge}.mgmt`),
    vsctl,
    ofctl: (...args) => exec('ovs-ofctl', ...args),
    appctl: (...args) => exec('ovs-appctl', ...args),
    exec,
    get ovsdbPid() {
      return ovsdb?.pid ?? -1;
    },
    get vswitchdPid() {
      return vswitchd?.pid ?? -1;
    },
    stopOvsdb: async (signal) => ovsdb?.stop(signal),
    startOvsdb,
    stopVswitchd,
    startVswitchd,
    vswitchdLog,
    stop,
  };
}
