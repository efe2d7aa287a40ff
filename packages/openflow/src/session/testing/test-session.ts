import type { FeaturesReply, Message } from '../../model/message.js';
import type { SessionClock } from '../platform.js';
import type { SessionError } from '../errors.js';
import type { SessionOptions } from '../options.js';
import { OpenFlowSession } from '../session.js';
import { MemorySwitch, type MemorySwitchOptions } from './memory-switch.js';

/** Time that a test moves. */
export class ManualClock implements SessionClock {
  #now = 0;
  #timers: { readonly at: number; readonly run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  setTimer(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== due);
      this.#now = due.at;
      due.run();
    }
    this.#now = end;
  }

  get pendingTimers(): number {
    return this.#timers.length;
  }
}

/** A session and a memory switch wired to each other; what either sends arrives when the test calls `settle`. */
export interface TestSession {
  readonly session: OpenFlowSession;
  readonly peer: MemorySwitch;
  readonly clock: ManualClock;
  readonly features: FeaturesReply[];
  readonly ended: SessionError[];
  /** Carries bytes both ways, and lets promises run, until all is quiet. */
  settle(): Promise<void>;
  /** Messages of one type that the switch got. */
  received(type: Message['type']): Message[];
}

export function testSession(
  options: Partial<SessionOptions> & {
    readonly peer?: MemorySwitchOptions;
    readonly chunk?: (bytes: Uint8Array) => Uint8Array[];
  } = {},
): TestSession {
  const clock = new ManualClock();
  const features: FeaturesReply[] = [];
  const ended: SessionError[] = [];
  let toSwitch: Uint8Array[] = [];
  let toSession: Uint8Array[] = [];
  const chunk = options.chunk ?? ((bytes: Uint8Array) => [bytes]);
  const peer = new MemorySwitch((bytes) => toSession.push(...chunk(bytes)), options.peer);
  const session = new OpenFlowSession({
    clock,
    write: (bytes) => {
      toSwitch.push(bytes);
      return true;
    },
    onReady: (reply) => features.push(reply),
    onEnd: (error) => ended.push(error),
    ...options,
  });
  const settle = async (): Promise<void> => {
    for (let quiet = 0; quiet < 5; quiet += 1) {
      const [down, up] = [toSwitch, toSession];
      [toSwitch, toSession] = [[], []];
      if (down.length + up.length > 0) quiet = -1;
      for (const bytes of down) peer.receive(bytes);
      for (const bytes of up) session.receive(bytes);
      await Promise.resolve();
    }
  };
  session.start();
  const received = (type: Message['type']): Message[] =>
    peer.received.map(({ message }) => message).filter((message) => message.type === type);
  return { session, peer, clock, features, ended, settle, received };
}
