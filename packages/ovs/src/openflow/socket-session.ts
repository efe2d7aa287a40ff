import { connect, type Socket } from 'node:net';
import {
  OpenFlowSession,
  type FeaturesReply,
  type SessionLimits,
  type SwitchEvent,
  type SwitchSettings,
} from '@antrea-ts/openflow';
import type { Clock } from '../clock.js';
import type { OvsLogger } from '../logger.js';
import { deferred } from '../database/deferred.js';
import { openFlowConnectError } from './connect-error.js';

/** How many events are handled before other work of the process has its turn. */
const EVENTS_PER_TURN = 64;

export interface SocketSessionOptions extends SwitchSettings, SessionLimits {
  readonly path: string;
  readonly logger: OvsLogger;
  readonly clock: Clock;
  readonly onEvent: (event: SwitchEvent) => void;
}

/** One socket with one OpenFlow session on it, set up and ready. */
export interface SocketSession {
  readonly session: OpenFlowSession;
  readonly features: FeaturesReply;
  /** Resolves, never rejects, with the reason when the connection is over. */
  readonly closed: Promise<Error>;
  destroy(reason: Error): void;
}

/** Opens the socket and waits until the switch is set up. Throws an `OvsError` naming it, or the signal's reason. */
export async function openSocketSession(
  options: SocketSessionOptions & { readonly signal: AbortSignal },
): Promise<SocketSession> {
  const { path, signal } = options;
  signal.throwIfAborted();
  const socket = connect({ path });
  const abort = () => socket.destroy();
  signal.addEventListener('abort', abort, { once: true });
  try {
    await connected(socket);
    return await serve(socket, options);
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    throw openFlowConnectError(path, error);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject).once('close', reject);
  });
}

async function serve(socket: Socket, options: SocketSessionOptions): Promise<SocketSession> {
  const ready = deferred<FeaturesReply>();
  const closed = deferred<Error>();
  const session: OpenFlowSession = new OpenFlowSession({
    ...options,
    clock: sessionClock(options.clock),
    write: (bytes) => !socket.destroyed && socket.write(bytes),
    onReady: (features) => ready.resolve(features),
    onEnd: (error) => {
      ready.reject(error);
      closed.resolve(error);
      socket.destroy();
    },
    onEvents: eventPump(() => session, options.onEvent),
    onStrayError: ({ name }) => options.logger.warn('OpenFlow error for no pending request', { error: name }),
  });
  socket.on('data', (bytes) => session.receive(bytes));
  socket.on('drain', () => session.drained());
  socket.on('error', (error) => session.disconnected(error));
  socket.on('close', () => session.disconnected());
  session.start();
  const features = await ready.promise;
  return { session, features, closed: closed.promise, destroy: (reason) => session.disconnected(reason) };
}

/** Hands out waiting events, a few per turn of the event loop, so that a flood of packets does not stall it. */
function eventPump(session: () => OpenFlowSession, onEvent: (event: SwitchEvent) => void): () => void {
  let scheduled = false;
  const pump = (): void => {
    scheduled = false;
    for (const event of session().takeEvents(EVENTS_PER_TURN)) onEvent(event);
    if (session().waitingEvents > 0) schedule();
  };
  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(pump);
  };
  return schedule;
}

function sessionClock(clock: Clock): { now(): number; setTimer(ms: number, run: () => void): () => void } {
  return {
    now: () => clock.now(),
    setTimer: (ms, run) => {
      const cancel = new AbortController();
      clock.sleep(ms, { signal: cancel.signal }).then(run, () => undefined);
      return () => cancel.abort();
    },
  };
}
