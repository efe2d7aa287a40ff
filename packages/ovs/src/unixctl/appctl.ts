import { once } from 'node:events';
import { connect } from 'node:net';
import { isAbsolute } from 'node:path';
import { encodeJson, isOvsdbError, JsonFraming, type JsonObject } from '@antrea-ts/ovsdb';
import { connectError, OvsError } from '../errors.js';
import { ovsEndpoint } from '../ovs-endpoint.js';
import { readPid } from './pid-file.js';

export interface AppctlTarget {
  /** Open vSwitch's run directory, `/var/run/openvswitch` as a rule. */
  readonly runDir: string;
  /** A daemon's name (`ovs-vswitchd` unless given), or the path of its control socket or named pipe. */
  readonly target?: string;
}

export interface AppctlOptions {
  readonly signal: AbortSignal;
  /** How long the daemon's PID file is waited for; 5 s. */
  readonly pidTimeoutMs?: number;
}

/**
 * Runs a control command in a daemon, as `ovs-appctl` does but without a process: one JSON-RPC request over its control
 * socket. Returns the command's output. Throws an `OvsError`: `appctl` with the daemon's words when it refuses,
 * `not running` when it is not there.
 */
export async function appctl(
  target: AppctlTarget,
  command: string,
  args: readonly string[],
  options: AppctlOptions,
): Promise<string> {
  const path = await controlSocket(target, options);
  const answer = await exchange(path, { method: command, params: args, id: 0 }, options.signal);
  const what = `ovs-appctl ${command} at ${path}`;
  if (typeof answer['error'] === 'string') throw new OvsError('appctl', `${what}: ${answer['error'].trimEnd()}`);
  if (typeof answer['result'] === 'string') return answer['result'];
  throw new OvsError('appctl', `${what}: the answer is not text`);
}

async function controlSocket(target: AppctlTarget, options: AppctlOptions): Promise<string> {
  const name = target.target ?? 'ovs-vswitchd';
  if (isAbsolute(name)) return name;
  const { signal, pidTimeoutMs } = options;
  const pid = await readPid(target.runDir, name, {
    signal,
    ...(pidTimeoutMs !== undefined && { timeoutMs: pidTimeoutMs }),
  });
  // Windows' daemons leave the process id out of the name.
  return ovsEndpoint(target.runDir, process.platform === 'win32' ? `${name}.ctl` : `${name}.${pid}.ctl`);
}

async function exchange(path: string, request: JsonObject, signal: AbortSignal): Promise<JsonObject> {
  const socket = connect({ path });
  try {
    await once(socket, 'connect', { signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      throw connectError('the control socket', path, error);
    });
    socket.write(encodeJson(request));
    const framing = new JsonFraming();
    const abort = () => socket.destroy(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    try {
      for await (const chunk of socket) {
        for (const answer of framing.push(chunk as Uint8Array)) return answer;
      }
    } catch (error) {
      if (!isOvsdbError(error)) throw error;
      throw new OvsError('appctl', `ovs-appctl at ${path}: the answer is no JSON-RPC`, { cause: error });
    } finally {
      signal.removeEventListener('abort', abort);
    }
    throw new OvsError('unreachable', `ovs-appctl at ${path}: the daemon closed the connection without an answer`);
  } finally {
    socket.destroy();
  }
}
