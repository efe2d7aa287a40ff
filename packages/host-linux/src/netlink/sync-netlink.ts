import { HostError } from '@antrea-ts/host';
import { libc } from '../libc.js';
import { checkResult } from '../system-error.js';
import { decodeMessages, encodeMessage, messageFlag } from './message.js';
import { DumpInterrupted, Reply } from './reply.js';
import type { NetlinkRequest } from './request.js';
import { setSocketOption, socketOption } from './socket-options.js';

const afNetlink = 16;
const sockRawCloexec = 3 | 0x80000;
const dumpAttempts = 5;

/**
 * A route netlink socket in the network namespace that the thread is in when it opens. The kernel handles a request
 * within `send`, so a request costs some microseconds and the answer is there at once: made for work that must not
 * wait for the loop, inside another network namespace.
 */
export class SyncNetlink {
  readonly #fd: number;
  readonly #buffer = new Uint8Array(32_768);
  #sequence = 0;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  static open(): SyncNetlink {
    const fd = checkResult('open netlink socket', libc.call.socket(afNetlink, sockRawCloexec, 0));
    try {
      setSocketOption(fd, socketOption.capAck, 1);
      setSocketOption(fd, socketOption.extAck, 1);
    } catch (error) {
      libc.call.close(fd);
      throw error;
    }
    return new SyncNetlink(fd);
  }

  request<T>(request: NetlinkRequest<T>): T {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return request.read(this.#exchange(request));
      } catch (error) {
        if (!(error instanceof DumpInterrupted) || attempt === dumpAttempts) throw error;
      }
    }
  }

  /**
   * For the requests that the kernel takes long over (deleting a link: 15 ms): the loop goes on meanwhile. Nothing
   * else may use this socket until it is done.
   */
  async requestInBackground<T>(request: NetlinkRequest<T>): Promise<T> {
    const { bytes, sequence } = this.#encode(request);
    const sent = await libc.background.send(this.#fd, bytes, bytes.length, 0);
    if (sent !== bytes.length) throw new HostError('failed', `${request.operation}: could not send the request`);
    return request.read(this.#receive(request.operation, sequence));
  }

  close(): void {
    libc.call.close(this.#fd);
  }

  #exchange(request: NetlinkRequest<unknown>) {
    const { bytes, sequence } = this.#encode(request);
    checkResult(request.operation, libc.call.send(this.#fd, bytes, bytes.length, 0));
    return this.#receive(request.operation, sequence);
  }

  #encode({ type, flags, payload }: NetlinkRequest<unknown>) {
    const sequence = (this.#sequence += 1);
    const header = { type, flags: flags | messageFlag.request | messageFlag.ack, sequence };
    return { sequence, bytes: encodeMessage({ ...header, payload }) };
  }

  #receive(operation: string, sequence: number) {
    const reply = new Reply(operation);
    for (;;) {
      const length = checkResult(operation, libc.call.recv(this.#fd, this.#buffer, this.#buffer.length, 0));
      for (const message of decodeMessages(this.#buffer.subarray(0, length))) {
        if (message.sequence === sequence && reply.take(message)) return reply.messages;
      }
    }
  }
}
