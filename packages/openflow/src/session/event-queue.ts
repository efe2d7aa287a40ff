import type { FlowRemoved, PacketIn, PortStatus } from '../model/message.js';

/** What the switch reports unasked. */
export type SwitchEvent = PacketIn | FlowRemoved | PortStatus;

/**
 * Holds messages that the switch sends unasked, as bytes, until the owner takes them. Bounded: beyond `limit` the
 * newest is dropped and counted, so that a flood of packets costs neither memory nor decoding.
 */
export class EventQueue {
  readonly #limit: number;
  readonly #decode: (frame: Uint8Array) => SwitchEvent | undefined;
  readonly #frames: Uint8Array[] = [];
  #dropped = 0;

  constructor(limit: number, decode: (frame: Uint8Array) => SwitchEvent | undefined) {
    this.#limit = limit;
    this.#decode = decode;
  }

  get size(): number {
    return this.#frames.length;
  }

  /** How many were dropped since the session began. */
  get dropped(): number {
    return this.#dropped;
  }

  push(frame: Uint8Array): void {
    // The copy lets go of the chunk the frame was read in.
    if (this.size >= this.#limit) this.#dropped += 1;
    else this.#frames.push(frame.slice());
  }

  /** The oldest events, at most `max`. What cannot be decoded is left out and counts as dropped. */
  take(max: number): SwitchEvent[] {
    const events: SwitchEvent[] = [];
    for (const frame of this.#frames.splice(0, max)) {
      const event = this.#decode(frame);
      if (event === undefined) this.#dropped += 1;
      else events.push(event);
    }
    return events;
  }
}
