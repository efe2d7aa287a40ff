import { HostError } from '@antrea-ts/host';
import type { RawNetlinkSocket } from 'netlink';
import { SystemError } from '../system-error.js';
import { decodeMessages, encodeMessage, messageFlag } from './message.js';
import { openRawSocket } from './raw-socket.js';
import { DumpInterrupted, Reply } from './reply.js';
import type { NetlinkRequest } from './request.js';

const dumpAttempts = 5;
/** The kernel answers within milliseconds; this only keeps a lost answer from being waited for without end. */
const answerTimeout = 10_000;

interface Pending {
  readonly reply: Reply;
  resolve(): void;
  reject(error: Error): void;
}

/**
 * Requests to the kernel in the Node's namespace, over the `netlink` package's socket. Several may be under way at
 * once, but only one list, as the kernel refuses a second one on a socket.
 */
export class AsyncNetlink {
  readonly #socket: RawNetlinkSocket;
  readonly #pending = new Map<number, Pending>();
  #sequence = 0;
  #dumps: Promise<unknown> = Promise.resolve();
  #closed = false;

  private constructor(socket: RawNetlinkSocket) {
    this.#socket = socket;
    // An exception in a listener would abort the process from within the addon.
    socket.on('message', (bytes) => {
      try {
        this.#receive(bytes);
      } catch (error) {
        this.#failAll(error as Error);
      }
    });
    socket.on('truncatedMessage', () => this.#failAll(new HostError('failed', 'read from netlink: message cut short')));
    socket.on('error', (error) => this.#failAll(error));
    socket.unref();
  }

  static open(): AsyncNetlink {
    return new AsyncNetlink(openRawSocket().socket);
  }

  async request<T>(request: NetlinkRequest<T>, { signal }: { signal: AbortSignal }): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      try {
        return request.read(await this.#inTurn(request));
      } catch (error) {
        if (!(error instanceof DumpInterrupted) || attempt === dumpAttempts) throw error;
      }
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#failAll(new HostError('closed', 'read from netlink: the host was closed'));
    this.#socket.close();
  }

  #inTurn(request: NetlinkRequest<unknown>): Promise<Reply['messages']> {
    if ((request.flags & messageFlag.dump) === 0) return this.#exchange(request);
    const turn = this.#dumps.then(() => this.#exchange(request));
    this.#dumps = turn.catch(() => {});
    return turn;
  }

  #exchange({ operation, type, flags, payload }: NetlinkRequest<unknown>): Promise<Reply['messages']> {
    if (this.#closed) throw new HostError('closed', `${operation}: the host was closed`);
    const sequence = (this.#sequence += 1);
    const reply = new Reply(operation);
    const bytes = encodeMessage({ type, flags: flags | messageFlag.request | messageFlag.ack, sequence, payload });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => settle(new SystemError(operation, 110, 'no answer from the kernel')),
        answerTimeout,
      );
      const settle = (error?: Error) => {
        clearTimeout(timer);
        this.#pending.delete(sequence);
        if (this.#pending.size === 0 && !this.#closed) this.#socket.unref();
        if (error) reject(error);
        else resolve(reply.messages);
      };
      this.#pending.set(sequence, { reply, resolve: () => settle(), reject: settle });
      this.#socket.ref();
      this.#socket.send(bytes, {}, (error) => {
        if (error) settle(error);
      });
    });
  }

  #receive(bytes: Uint8Array): void {
    for (const message of decodeMessages(bytes)) {
      const pending = this.#pending.get(message.sequence);
      if (pending === undefined) continue;
      try {
        if (pending.reply.take(message)) pending.resolve();
      } catch (error) {
        pending.reject(error as Error);
      }
    }
  }

  #failAll(error: Error): void {
    for (const pending of this.#pending.values()) pending.reject(error);
  }
}
