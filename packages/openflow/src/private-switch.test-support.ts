import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { decodeHeader, decodeMessage, encodeMessage, type DecodedMessage, type Message } from './index.js';

const run = promisify(execFile);
const deadlineMs = 15_000;

/** An Open vSwitch of the test's own; `stop` ends both daemons and removes their files. */
export interface PrivateSwitch {
  /** Runs `ovs-ofctl -O OpenFlow13 <command> <bridge> …` and gives its output. */
  ofctl(command: string, ...args: string[]): Promise<string>;
  connect(): Promise<SwitchConnection>;
  stop(): Promise<void>;
}

/** Starts ovsdb-server and ovs-vswitchd with a dummy datapath in a directory of their own: no root, no kernel. */
export async function startPrivateSwitch(): Promise<PrivateSwitch> {
  const dir = await mkdtemp(join(tmpdir(), 'openflow-test-'));
  const env = { ...process.env, OVS_RUNDIR: dir, OVS_LOGDIR: dir, OVS_DBDIR: dir };
  const daemons: ChildProcess[] = [];
  const start = (file: string, ...args: string[]): void => {
    daemons.push(spawn(file, args, { env, stdio: 'ignore' }));
  };
  const db = `unix:${dir}/db.sock`;
  const bridge = `${dir}/br0.mgmt`;
  const stop = async (): Promise<void> => {
    for (const daemon of daemons.toReversed()) await end(daemon);
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await run('ovsdb-tool', ['create', `${dir}/conf.db`, '/usr/share/openvswitch/vswitch.ovsschema'], { env });
    start('ovsdb-server', `${dir}/conf.db`, `--remote=p${db}`, `--unixctl=${dir}/db.ctl`);
    await until(() => existsSync(`${dir}/db.sock`), 'ovsdb-server');
    await run('ovs-vsctl', [`--db=${db}`, '--no-wait', 'init'], { env });
    start('ovs-vswitchd', db, '--enable-dummy=override', '--disable-system', `--unixctl=${dir}/vs.ctl`);
    const ports = ['p1', 'p2', 'p3'].flatMap((port) => ['--', 'add-port', 'br0', port]);
    const settings = ['datapath_type=dummy', 'fail-mode=secure', 'protocols=OpenFlow13'];
    await run(
      'ovs-vsctl',
      [`--db=${db}`, '--timeout=15', 'add-br', 'br0', '--', 'set', 'bridge', 'br0', ...settings, ...ports],
      { env },
    );
    await until(() => existsSync(bridge), 'bridge socket');
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ofctl: async (command, ...args) =>
      (
        await run(
          'ovs-ofctl',
          ['-O', 'OpenFlow13', '--no-names', command, ...flags(args), `unix:${bridge}`, ...rest(args)],
          { env },
        )
      ).stdout,
    connect: () => SwitchConnection.open(bridge),
    stop,
  };
}

const flags = (args: readonly string[]): string[] => args.filter((arg) => arg.startsWith('--'));
const rest = (args: readonly string[]): string[] => args.filter((arg) => !arg.startsWith('--'));

async function end(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null || daemon.pid === undefined) return;
  const exited = new Promise((resolve) => daemon.once('exit', resolve));
  daemon.kill('SIGTERM');
  await exited;
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (const started = Date.now(); !condition(); await delay(20)) {
    if (Date.now() - started > deadlineMs) throw new Error(`${what} did not appear within ${deadlineMs} ms`);
  }
}

/** The barest client: frames in order, no keepalive, no retries. Tests of the codec need nothing more. */
export class SwitchConnection {
  /** Every frame from the switch since the connection began. */
  readonly frames: Uint8Array[] = [];
  readonly #socket: Socket;
  #rest = new Uint8Array();
  #nextXid = 100;
  #wake = (): void => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#receive(chunk));
  }

  static async open(path: string): Promise<SwitchConnection> {
    const socket = connect(path);
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    const connection = new SwitchConnection(socket);
    connection.send({ type: 'hello', versions: [4] });
    await connection.waitFor(({ message }) => message.type === 'hello');
    return connection;
  }

  send(message: Message, xid = (this.#nextXid += 1)): number {
    this.#socket.write(encodeMessage(message, xid));
    return xid;
  }

  /** Sends, then waits until the switch has worked through it; gives everything that it answered meanwhile. */
  async exchange(...messages: Message[]): Promise<DecodedMessage[]> {
    const before = this.frames.length;
    for (const message of messages) this.send(message);
    const barrier = this.send({ type: 'barrier_request' });
    await this.waitFor(({ xid, message }) => xid === barrier && message.type === 'barrier_reply');
    return this.frames
      .slice(before)
      .map(decodeMessage)
      .filter(({ xid }) => xid !== barrier);
  }

  /** The first message that passes `test`, of those that came already or come within the deadline. */
  async waitFor(test: (decoded: DecodedMessage) => boolean): Promise<Message> {
    const started = Date.now();
    for (;;) {
      const found = this.frames.map(decodeMessage).find(test);
      if (found !== undefined) return found.message;
      if (Date.now() - started > deadlineMs) throw new Error(`the switch did not answer within ${deadlineMs} ms`);
      await Promise.race([
        new Promise<void>((resolve) => (this.#wake = resolve)),
        delay(deadlineMs, undefined, { ref: false }),
      ]);
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Uint8Array): void {
    let bytes = Uint8Array.from([...this.#rest, ...chunk]);
    while (bytes.length >= 8 && decodeHeader(bytes).length <= bytes.length) {
      const { length } = decodeHeader(bytes);
      this.frames.push(bytes.slice(0, length));
      bytes = bytes.slice(length);
    }
    this.#rest = bytes;
    this.#wake();
  }
}
