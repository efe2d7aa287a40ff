import { withXid, writeMessage } from '../codec/encode.js';
import type { Message } from '../model/message.js';
import { WireWriter } from '../wire/writer.js';
import type { ChunkSource } from './outbox.js';

/** A message that goes into a batch: as an object, or as bytes that were encoded earlier. */
export type BatchMessage = Message | Uint8Array;

/** Makes messages when they are asked for: a hundred thousand that wait as objects cost more to keep than to make. */
export interface MessageSource {
  readonly length: number;
  at(index: number): BatchMessage | undefined;
}

/** The messages of a batch. */
export type BatchMessages = readonly BatchMessage[] | MessageSource;

/** What is written before, around and after the messages of a batch. */
export interface BatchFrame {
  readonly opening?: Message;
  readonly closing: Message;
  wrap(message: BatchMessage): BatchMessage;
}

/** Pieces of this size keep system calls few and the loop responsive. */
const CHUNK_BYTES = 128 * 1024;

/**
 * Encodes a batch piece by piece, each message with its own transaction id: the opening has `firstXid`, the messages
 * the ids after it, the closing the one after the last.
 */
export class BatchWriter implements ChunkSource {
  readonly #frame: BatchFrame;
  readonly #messages: BatchMessages;
  readonly #firstXid: number;
  readonly #onUnencodable: (index: number, error: unknown) => void;
  readonly #onPiece: (last: boolean) => void;
  readonly #writer = new WireWriter(CHUNK_BYTES + 4_096);
  #at = -1;
  #stopped = false;

  constructor(options: {
    readonly frame: BatchFrame;
    readonly messages: BatchMessages;
    readonly firstXid: number;
    /** A message that does not fit the protocol; it is left out. */
    readonly onUnencodable: (index: number, error: unknown) => void;
    /** A piece is about to be sent. */
    readonly onPiece: (last: boolean) => void;
  }) {
    this.#frame = options.frame;
    this.#messages = options.messages;
    this.#firstXid = options.firstXid;
    this.#onUnencodable = options.onUnencodable;
    this.#onPiece = options.onPiece;
  }

  /** Sends no more. */
  stop(): void {
    this.#stopped = true;
  }

  /** Something of it was handed out. */
  get begun(): boolean {
    return this.#at >= 0;
  }

  next(): Uint8Array | undefined {
    const count = this.#messages.length;
    if (this.#stopped || this.#at > count) return undefined;
    const writer = this.#writer;
    writer.reset();
    if (this.#at < 0) {
      if (this.#frame.opening !== undefined) writeMessage(writer, this.#frame.opening, this.#firstXid);
      this.#at = 0;
    }
    while (this.#at < count && writer.length < CHUNK_BYTES) this.#writeOne(writer, this.#at++);
    const last = this.#at === count;
    if (last) {
      writeMessage(writer, this.#frame.closing, this.#firstXid + 1 + count);
      this.#at += 1;
    }
    this.#onPiece(last);
    return writer.finish();
  }

  #writeOne(writer: WireWriter, index: number): void {
    const good = writer.length;
    try {
      const message = this.#frame.wrap(this.#messages.at(index)!);
      const xid = this.#firstXid + 1 + index;
      if (message instanceof Uint8Array) writer.bytes(withXid(message, xid));
      else writeMessage(writer, message, xid);
    } catch (error) {
      const keep = writer.finish().subarray(0, good);
      writer.reset();
      writer.bytes(keep);
      this.#onUnencodable(index, error);
    }
  }
}
