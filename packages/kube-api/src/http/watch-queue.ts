import type { Writable } from 'node:stream';

/** A client that is this many changes behind is cut off; it lists again when it comes back. */
const maxBehind = 20_000;
/** Small events share a write; a write is not held back for more than this. */
const chunkLength = 64 << 10;

/**
 * What one watch has still to be told. Lines are made when they can be sent, so that a slow client costs a reference
 * for each change, not its text, and a client that does not read at all is cut off.
 */
export class WatchQueue {
  readonly #out: Writable;
  #lines: (() => string)[] = [];
  #next = 0;
  #behindAllowed = maxBehind;
  #scheduled = false;
  #blocked = false;
  #ending = false;
  #closed = false;

  constructor(out: Writable) {
    this.#out = out;
    out.on('drain', () => {
      this.#blocked = false;
      this.#schedule();
    });
  }

  /** Part of the state that the watch begins with, however long that is. */
  pushInitial(makeLine: () => string): void {
    this.#behindAllowed += 1;
    this.push(makeLine);
  }

  push(makeLine: () => string): void {
    if (this.#closed || this.#ending) return;
    this.#lines.push(makeLine);
    if (this.#lines.length - this.#next > this.#behindAllowed) {
      this.close();
      this.#out.destroy();
    } else this.#schedule();
  }

  /** Ends the stream when everything is told. */
  end(): void {
    this.#ending = true;
    this.#schedule();
  }

  close(): void {
    this.#closed = true;
    this.#lines = [];
    this.#next = 0;
  }

  #schedule(): void {
    if (this.#scheduled || this.#blocked || this.#closed) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    while (!this.#blocked && !this.#closed && this.#next < this.#lines.length) {
      let chunk = '';
      while (this.#next < this.#lines.length && chunk.length < chunkLength) chunk += this.#lines[this.#next++]?.();
      if (!this.#out.write(chunk)) this.#blocked = true;
      this.#forgetSent();
    }
    if (this.#closed || this.#next < this.#lines.length) return;
    this.#behindAllowed = maxBehind;
    if (this.#ending) {
      this.#closed = true;
      this.#out.end();
    }
  }

  #forgetSent(): void {
    if (this.#next < 1_000 && this.#next < this.#lines.length) return;
    this.#lines = this.#lines.slice(this.#next);
    this.#next = 0;
  }
}
