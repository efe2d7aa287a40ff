import { decodeMessage, encodeMessage, errorMessage } from '../../codec/message.js';
import type { BundleControl, Message } from '../../model/message.js';
import { FrameSplitter } from '../frame-splitter.js';

/** A message as it crossed the wire. */
export interface SentMessage {
  readonly xid: number;
  readonly message: Message;
}

/** How a memory switch answers; everything has a default. */
export interface MemorySwitchOptions {
  /** Error type and code for a message, or nothing to accept it. Inside bundles it is asked for the inner message. */
  readonly refuse?: (message: Message, moment: 'arrival' | 'commit') => readonly [number, number] | undefined;
  /** What multipart requests are answered with; none: no answer. */
  readonly parts?: readonly Message[];
  /** Messages that get no answer at all. */
  readonly ignore?: (message: Message) => boolean;
}

/**
 * The other end of a session without a switch: answers hello, features, echo, barriers and bundles as Open vSwitch
 * does. `received` is all that came, `committed` what took effect.
 */
export class MemorySwitch {
  readonly received: SentMessage[] = [];
  readonly committed: Message[] = [];
  readonly #splitter = new FrameSplitter();
  readonly #options: MemorySwitchOptions;
  readonly #send: (bytes: Uint8Array) => void;
  readonly #bundles = new Map<number, SentMessage[]>();

  constructor(send: (bytes: Uint8Array) => void, options: MemorySwitchOptions = {}) {
    this.#send = send;
    this.#options = options;
  }

  receive(bytes: Uint8Array): void {
    this.#splitter.push(bytes.slice(), (frame) => {
      const { xid, message } = decodeMessage(frame);
      this.received.push({ xid, message });
      if (this.#options.ignore?.(message) !== true) this.#answer(message, xid, frame);
    });
  }

  send(message: Message, xid = 0): void {
    this.#send(encodeMessage(message, xid));
  }

  #answer(message: Message, xid: number, frame: Uint8Array): void {
    const refusal =
      message.type === 'bundle_add' ? this.#refusal(message.message, 'arrival') : this.#refusal(message, 'arrival');
    if (refusal !== undefined) {
      this.#refuse(refusal, xid, frame);
      return;
    }
    switch (message.type) {
      case 'hello':
        return this.send({ type: 'hello', versions: [1, 4] }, xid);
      case 'features_request':
        return this.send(
          { type: 'features_reply', datapathId: 0xabcn, buffers: 0, tables: 254, auxiliaryId: 0, capabilities: 0 },
          xid,
        );
      case 'echo_request':
        return this.send({ type: 'echo_reply', data: message.data }, xid);
      case 'barrier_request':
        return this.send({ type: 'barrier_reply' }, xid);
      case 'multipart_request':
        return this.#options.parts?.forEach((part) => this.send(part, xid));
      case 'bundle_control':
        return this.#bundleControl(message, xid);
      case 'bundle_add':
        this.#bundles.get(message.bundle)?.push({ xid, message: message.message as Message });
        return undefined;
      case 'flow_mod':
      case 'group_mod':
      case 'meter_mod':
        this.committed.push(message);
        return undefined;
      default:
        return undefined;
    }
  }

  #bundleControl(message: BundleControl, xid: number): void {
    const held = this.#bundles.get(message.bundle) ?? [];
    if (message.control === 'open_request') this.#bundles.set(message.bundle, []);
    if (message.control === 'commit_request') {
      const bad = held.find((entry) => this.#refusal(entry.message, 'commit') !== undefined);
      if (bad !== undefined) {
        this.#refuse(this.#refusal(bad.message, 'commit')!, bad.xid, encodeMessage(bad.message, bad.xid));
        this.#refuse([2315, 0], xid, encodeMessage(message, xid));
        return;
      }
      this.committed.push(...held.map((entry) => entry.message));
    }
    if (message.control === 'commit_request' || message.control === 'discard_request')
      this.#bundles.delete(message.bundle);
    const control = message.control.replace('_request', '_reply') as BundleControl['control'];
    this.send({ ...message, control }, xid);
  }

  #refusal(message: Message | Uint8Array, moment: 'arrival' | 'commit'): readonly [number, number] | undefined {
    return message instanceof Uint8Array ? undefined : this.#options.refuse?.(message, moment);
  }

  #refuse([type, code]: readonly [number, number], xid: number, frame: Uint8Array): void {
    this.send(errorMessage(0, type, code, frame.slice(0, 64)), xid);
  }
}
